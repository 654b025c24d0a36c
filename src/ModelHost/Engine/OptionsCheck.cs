using System.Globalization;

namespace Platform.ModelHost.Engine;

/// <summary>Refuses options out of range, all faults in one message.</summary>
internal static class OptionsCheck
{
    private static readonly string[] RopeTypes = ["none", "linear", "yarn"];

    /// <exception cref="EngineException">Kind BadRequest.</exception>
    internal static void Check(EngineOptions options)
    {
        var faults = Faults(options).ToArray();
        if (faults.Length > 0) { throw new EngineException(EngineErrorKind.BadRequest, string.Join(' ', faults)); }
    }

    private static IEnumerable<string> Faults(EngineOptions options)
    {
        if (options.Slots is < 1 or > 64) { yield return $"Engine:Slots is {options.Slots}; it must be 1 to 64."; }
        if (options.QueueLimit is < 0 or > 10_000) { yield return $"Engine:QueueLimit is {options.QueueLimit}; it must be 0 to 10,000."; }
        if (options.ContextTokens is < 0 or > 1 << 20) { yield return $"Engine:ContextTokens is {options.ContextTokens}; it must be 0 to 1,048,576."; }
        if (options is { RopeType: "", RopeFactor: not 1 }) { yield return string.Create(CultureInfo.InvariantCulture, $"Engine:RopeFactor is {options.RopeFactor}, and Engine:RopeType is empty; set it to linear or yarn."); }
        if (options is { RopeFactor: 1, RopeBase: 0 } && options.RopeType.Length > 0 && !options.RopeType.Equals(RopeTypes[0], StringComparison.OrdinalIgnoreCase)) { yield return $"Engine:RopeType is '{options.RopeType}' and Engine:RopeFactor is not set, so nothing would be stretched; set it to how many times as long as the training's the context shall be."; }
        if (options.RopeType.Length > 0 && !RopeTypes.Contains(options.RopeType, StringComparer.OrdinalIgnoreCase)) { yield return $"Engine:RopeType is '{options.RopeType}'; it must be none, linear or yarn, or empty for what the file says."; }
        if (options.Rope is { } rope)
        {
            foreach (var (_, message) in rope.Faults(part => part switch { "type" => "Engine:RopeType", "factor" => "Engine:RopeFactor", "base" => "Engine:RopeBase", _ => "Engine:RopeOriginalTokens" })) { yield return message; }
        }
        if (options.Threads is < 0 or > 512) { yield return $"Engine:Threads is {options.Threads}; it must be 0 to 512."; }
        if (options.GpuLayers < -1) { yield return $"Engine:GpuLayers is {options.GpuLayers}; it must be -1 or more."; }
        if (options.PrefixMebibytes is < 0 or > 65_536) { yield return $"Engine:PrefixMebibytes is {options.PrefixMebibytes}; it must be 0 to 65,536."; }
        if (options.AdapterLimit is < 1 or > 256) { yield return $"Engine:AdapterLimit is {options.AdapterLimit}; it must be 1 to 256."; }
        if (options.IdleMinutes is not (>= 0 and <= 525_600)) { yield return $"Engine:IdleMinutes is {options.IdleMinutes}; it must be 0 to 525,600."; }
        if (options.HubEndpoint is not null && !(Uri.TryCreate(options.HubEndpoint, UriKind.Absolute, out var hub) && hub.Scheme is "http" or "https" && hub.UserInfo.Length == 0)) { yield return $"The hub (HF_ENDPOINT, or Engine:HubEndpoint) must be an http or https address without a name or password in it, such as https://huggingface.co."; }
        if (options.MemoryMebibytes is < 0 or > 1L << 30) { yield return $"Engine:MemoryMebibytes is {options.MemoryMebibytes}; it must be 0 to {1L << 30}."; }
        if (options.ChatModel is null && options.EmbeddingModel is null && options.ModelDirectory is null) { yield return "Neither Engine:ChatModel nor Engine:EmbeddingModel names a GGUF file, and there is no Engine:ModelDirectory; at least one must be."; }
    }
}
