using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Models;

/// <summary>A model file that was checked, and what it will be loaded with.</summary>
internal sealed record ModelFile(string Id, string Path, GgufHeader Header, string Sha256, LoadPlan Plan)
{
    internal bool Embeds => Plan.Traits.IsEmbedding;

    internal int ContextTokens => Plan.ContextTokens;

    internal IReadOnlyList<MemoryUse> Uses => Plan.Uses;
}
