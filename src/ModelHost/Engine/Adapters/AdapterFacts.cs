using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Adapters;

/// <summary>What a file says of itself once it has passed the check for a model.</summary>
internal sealed record AdapterFacts(string Sha256, int Rank, float? Alpha, IReadOnlyList<string> TargetModules, long Bytes)
{
    internal static AdapterFacts Of(GgufHeader header, int rank, string sha256) => new(
        sha256, rank, header.Metadata.GetValueOrDefault("adapter.lora.alpha") is { Numbers: [var alpha] } ? (float)alpha : null,
        [.. header.Tensors.Select(tensor => Module(tensor.Name)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], header.Tensors.Sum(tensor => tensor.Bytes));

    /// <summary>Hash of the base model's file, where the adapter states it and can be read at all; what is wrong with one that cannot is the check's to say.</summary>
    internal static string? StatedBase(string path)
    {
        try
        {
            return GgufReader.Read(path).Metadata.GetValueOrDefault(AdapterCheck.BaseSha256Key)?.Text;
        }
        catch (GgufException)
        {
            return null;
        }
    }

    /// <summary>blk.0.attn_q.weight.lora_a → attn_q.</summary>
    private static string Module(string tensor)
    {
        var parts = tensor.Split('.');
        return parts is ["blk", _, var module, ..] ? module : parts[0];
    }
}
