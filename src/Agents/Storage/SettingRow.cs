namespace Platform.Agents.Storage;

/// <summary>Something that administrators set on the pages, as JSON under a name.</summary>
internal sealed class SettingRow
{
    public required string Name { get; set; }
    public required string Value { get; set; }

    /// <summary>Raised with each change.</summary>
    public int Revision { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}
