namespace Platform.Web.Features.Models;

/// <summary>A model worth beginning with. The list is data: files of public repositories under permissive licences that run without a large machine.</summary>
/// <param name="Bytes">Of the file, about; the hub says exactly.</param>
/// <param name="Use">chat or embeddings.</param>
public sealed record SuggestedModel(string Name, HubFile File, long Bytes, string Licence, string Use)
{
    public static IReadOnlyList<SuggestedModel> All { get; } =
    [
        new("Qwen3 0.6B", new("Qwen/Qwen3-0.6B-GGUF", "Qwen3-0.6B-Q8_0.gguf"), 639_446_688, "Apache-2.0", "chat"),
        new("Qwen3 1.7B", new("Qwen/Qwen3-1.7B-GGUF", "Qwen3-1.7B-Q8_0.gguf"), 1_834_000_000, "Apache-2.0", "chat"),
        new("SmolLM3 3B", new("ggml-org/SmolLM3-3B-GGUF", "SmolLM3-Q4_K_M.gguf"), 1_915_305_312, "Apache-2.0", "chat"),
        new("Phi-3 mini 4K", new("microsoft/Phi-3-mini-4k-instruct-gguf", "Phi-3-mini-4k-instruct-q4.gguf"), 2_393_000_000, "MIT", "chat"),
        new("Qwen3 4B", new("Qwen/Qwen3-4B-GGUF", "Qwen3-4B-Q4_K_M.gguf"), 2_497_280_256, "Apache-2.0", "chat"),
        new("Qwen3 Embedding 0.6B", new("Qwen/Qwen3-Embedding-0.6B-GGUF", "Qwen3-Embedding-0.6B-Q8_0.gguf"), 639_000_000, "Apache-2.0", "embeddings"),
    ];
}
