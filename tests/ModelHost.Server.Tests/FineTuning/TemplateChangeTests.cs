using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>Between two starts the base gets another template: nothing is trained on what would not be served.</summary>
public sealed class TemplateChangeTests(TrainingRig rig) : IClassFixture<TrainingRig>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_whose_base_has_another_template_now_is_refused_by_the_file_and_by_the_tokens()
    {
        var job = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues));
        await rig.PostAsync($"/v1/fine_tuning/jobs/{job}/pause");
        await rig.UntilAsync(job, "paused");
        var before = Sha256();
        await rig.RestartAsync(ChangeTemplate);
        Assert.Equal("base_changed", await CodeAsync(job));

        // The look at the file alone would be enough here; it is blinded, to see that the tokens are looked at too.
        var record = Path.Combine(rig.Jobs, job, "record.json");
        Assert.NotEqual(before, Sha256());
        await rig.RestartAsync(() => File.WriteAllText(record, File.ReadAllText(record).Replace(before, Sha256(), StringComparison.Ordinal)));
        Assert.Equal("template_mismatch", await CodeAsync(job));
        Assert.False(File.Exists(Path.Combine(rig.Jobs, job, "adapter.gguf")));

        await rig.RestartAsync(BreakTemplate);
        var broken = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues));
        Assert.Equal("template_mismatch", await CodeAsync(broken));
        var error = (await rig.JobAsync(broken)).GetProperty("error");
        Assert.Equal("model", error.GetProperty("param").GetString());
        Assert.Single(error.GetProperty("message").GetString()!.Split("cannot be used").Skip(1)); // of the base, and not of each row
    }

    /// <summary>So that neither it can be read nor llama.cpp's own version of it stands in.</summary>
    private void BreakTemplate()
    {
        var bytes = File.ReadAllBytes(rig.Model);
        var template = bytes.AsSpan()[bytes.AsSpan().IndexOf("tokenizer.chat_template"u8)..bytes.AsSpan().IndexOf("token_embd.weight"u8)];
        "endfox"u8.CopyTo(template[template.IndexOf("endfor"u8)..]);
        for (int at; (at = template.IndexOf("<|im_"u8)) >= 0;)
        {
            "<|xx_"u8.CopyTo(template[at..]);
        }

        File.WriteAllBytes(rig.Model, bytes);
    }

    /// <summary>A line's end in the template becomes a tabulator, so that the file stays as long as it was.</summary>
    private void ChangeTemplate()
    {
        var bytes = File.ReadAllBytes(rig.Model);
        var at = bytes.AsSpan().IndexOf("message['role'] + '\\n'"u8);
        Encoding.ASCII.GetBytes("message['role'] + '\\t'").CopyTo(bytes, at);
        File.WriteAllBytes(rig.Model, bytes);
    }

    private string Sha256() => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(rig.Model)));

    /// <summary>What the job fails with when it is to go on.</summary>
    private async Task<string> CodeAsync(string job)
    {
        await rig.PostAsync($"/v1/fine_tuning/jobs/{job}/resume");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        JsonElement failed;
        while (TrainingRig.Status(failed = await rig.JobAsync(job)) is not ("failed" or "succeeded")) { await Task.Delay(20, deadline.Token); }
        return failed.GetProperty("error").GetProperty("code").GetString()!;
    }
}
