using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Models;

/// <summary>A model file that was checked, and what it will take.</summary>
internal sealed record ModelFile(string Id, string Path, GgufHeader Header, string Sha256, bool Embeds, int ContextTokens, IReadOnlyList<MemoryUse> Uses);
