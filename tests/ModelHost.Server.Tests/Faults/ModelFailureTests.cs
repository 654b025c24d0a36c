using System.Net;
using Platform.Fakes;
using Platform.ModelHost.Server.Tests.Models;

namespace Platform.ModelHost.Server.Tests.Faults;

/// <summary>Fault 13 as callers see it: a model file that ends llama.cpp is a refusal of that model.</summary>
public sealed class ModelFailureTests
{
    [Fact]
    public async Task Fault_13_a_model_that_ends_llama_is_503_model_failed_and_others_answer()
    {
        await using var models = new ModelFolderHost();
        await DeadlyAsync(models.Add("deadly.gguf"));
        await models.StartAsync(("Engine:StateDirectory", models.Folder));
        var process = models.Host.ProcessId;
        for (var round = 0; round < 2; round++) // tried, then remembered
        {
            var (status, body) = await models.Http.PostAsync("/v1/completions", """{"model": "deadly", "prompt": "a", "max_tokens": 2}""");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "model_failed"), (status, body.Code()));
            Assert.Contains("signal 6", body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
            await models.Http.PostOkAsync("/v1/completions", """{"model": "seed-chat", "prompt": "a", "max_tokens": 2}""");
        }

        var card = (await models.Http.GetOkAsync("/v1/models/deadly")).GetProperty("status");
        Assert.Equal("failed", card.GetProperty("value").GetString());
        Assert.Equal(process, models.Host.ProcessId);
        var (chosen, reason) = await models.Http.PostAsync("/models/default", """{"model": "deadly"}"""); // it must not answer for all
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "model_failed"), (chosen, reason.Code()));
        Assert.True((await models.Http.GetOkAsync("/v1/models/seed-chat")).GetProperty("default").GetBoolean());

        File.Copy(ModelHostFixture.ChatModelPath, Path.Combine(models.Folder, "deadly.gguf"), overwrite: true); // replaced by a good one
        await models.Http.PostOkAsync("/v1/completions", """{"model": "deadly", "prompt": "a", "max_tokens": 2}""");
    }

    /// <summary>A norm's numbers are called integers: every check of the header passes, and llama.cpp ends the process when it multiplies by them.</summary>
    private static async Task DeadlyAsync(string file)
    {
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        var tensor = "blk.0.attn_norm.weight"u8;
        const byte i32 = 26;
        bytes[bytes.AsSpan().IndexOf(tensor) + tensor.Length + sizeof(uint) + sizeof(ulong)] = i32; // behind one dimension
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
    }
}
