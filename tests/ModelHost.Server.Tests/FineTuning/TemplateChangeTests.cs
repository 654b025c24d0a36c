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
