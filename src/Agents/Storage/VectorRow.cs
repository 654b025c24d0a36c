using Platform.Agents.Memory;

namespace Platform.Agents.Storage;

/// <summary>The vector of a text that an agent keeps.</summary>
internal sealed class VectorRow
{
    public Guid AgentId { get; set; }
    public VectorUse Use { get; set; }

    /// <summary>Of the text: a text that is changed has another vector.</summary>
    public required string Sha256 { get; set; }

    /// <summary>The model that made it, with its revision: another model's vectors are not compared with it.</summary>
    public required string Model { get; set; }

    /// <summary>Numbers of 32 bits, the low byte first.</summary>
    public required byte[] Vector { get; set; }
}
