using Platform.Web.Features.Models;

namespace Platform.Web.Tests.Models;

public sealed class HubFileTests
{
    [Theory]
    [InlineData("hf:Qwen/Qwen3-0.6B-GGUF/Qwen3-0.6B-Q8_0.gguf")]
    [InlineData("  Qwen/Qwen3-0.6B-GGUF/Qwen3-0.6B-Q8_0.gguf ")]
    [InlineData("https://huggingface.co/Qwen/Qwen3-0.6B-GGUF/resolve/main/Qwen3-0.6B-Q8_0.gguf?download=true")]
    [InlineData("https://hub.example.org/Qwen/Qwen3-0.6B-GGUF/blob/main/Qwen3-0.6B-Q8_0.gguf")]
    public void What_people_type_and_paste_is_read(string typed)
    {
        Assert.True(HubFile.TryRead(typed, out var file));
        Assert.Equal("hf:Qwen/Qwen3-0.6B-GGUF/Qwen3-0.6B-Q8_0.gguf", file.ToString());
    }

    [Fact]
    public void A_file_may_lie_in_folders()
    {
        Assert.True(HubFile.TryRead("hf:owner/repo/gguf/q4/model.gguf", out var file));
        Assert.Equal("gguf/q4/model.gguf", file.Path);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("hf:owner/repo")]
    [InlineData("hf:owner/model.gguf")]
    [InlineData("hf:owner/repo/model.safetensors")]
    [InlineData("hf:owner/../../etc/model.gguf")]
    [InlineData("hf:owner/repo/a b.gguf")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://huggingface.co/Qwen/Qwen3-0.6B-GGUF")]
    public void Anything_else_is_not_a_model_file(string? typed) => Assert.False(HubFile.TryRead(typed, out _));

    [Fact]
    public void Every_suggestion_is_of_the_form_that_is_asked_for() =>
        Assert.All(SuggestedModel.All, model => Assert.True(HubFile.TryRead(model.File.ToString(), out var read) && read == model.File));
}
