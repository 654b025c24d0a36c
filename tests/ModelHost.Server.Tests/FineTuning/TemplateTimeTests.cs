using System.Text;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>Bases whose templates make other texts each time, or other ones of an answer than of what asks for it.</summary>
public sealed class TemplateTimeTests(TrainingRig rig) : IClassFixture<TrainingRig>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_template_that_writes_the_time_is_told_and_is_the_same_one_when_seconds_have_passed()
    {
        await rig.RestartAsync(() => Change("'<|im_end|>' + '\\n'", "strftime_now('%T') "));
        var job = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues));
        await rig.PostAsync($"/v1/fine_tuning/jobs/{job}/pause");
        var paused = await rig.UntilAsync(job, now => TrainingRig.Status(now) == "paused");
        var second = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        while (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() == second) { await Task.Delay(20, Cancellation); } // each row would end otherwise from now on
        await rig.PostAsync($"/v1/fine_tuning/jobs/{job}/resume");
        await rig.UntilAsync(job, now => TrainingRig.Step(now) > TrainingRig.Step(paused)); // or it fails
        var events = (await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{job}/events?limit=100")).GetProperty("data").EnumerateArray().ToList();
        Assert.Contains("'seed-chat' writes the date or the time", events.Single(one => one.GetProperty("code").GetString() == "template_time").GetProperty("message").GetString(), StringComparison.Ordinal);
        await rig.PostAsync($"/v1/fine_tuning/jobs/{job}/cancel");

        await rig.RestartAsync(() => Change("<|im_start|>assistant\\n", "<|im_start|>assistent\\n"));
        var other = await rig.StartJobAsync(await rig.UploadAsync(TrainingRig.Dialogues));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        var failed = await rig.JobAsync(other);
        while (TrainingRig.Status(failed) != "failed")
        {
            await Task.Delay(20, deadline.Token);
            failed = await rig.JobAsync(other);
        }

        var error = failed.GetProperty("error");
        Assert.Equal(("template_mismatch", "model"), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        Assert.Contains("'seed-chat' writes answers otherwise than it asks for them, in all 48 rows (line 1, line 2, line 3 …)", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Single((await rig.Http.GetOkAsync($"/v1/fine_tuning/jobs/{other}/events?limit=100")).GetProperty("data").EnumerateArray(), one => one.GetProperty("level").GetString() == "error"); // and not a line each
    }

    /// <summary>In the base's template; the file stays as long as it was.</summary>
    private void Change(string from, string to)
    {
        Assert.Equal(from.Length, to.Length);
        var bytes = File.ReadAllBytes(rig.Model);
        Encoding.ASCII.GetBytes(to).CopyTo(bytes, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(from)));
        File.WriteAllBytes(rig.Model, bytes);
    }
}
