using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Tests.Adapters;
using Platform.ModelHost.Engine.Work;

namespace Platform.ModelHost.Engine.Tests.Work;

/// <summary>Fault 13: a file that passes every check and ends llama.cpp ends a throw-away process only.</summary>
public sealed class TryOutTests : IAsyncLifetime
{
    private readonly WorkingEngine working = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => working.DisposeAsync();

    [Fact]
    public async Task Fault_13_a_file_that_ends_llama_is_refused_and_remembered_and_others_go_on()
    {
        await working.WriteDeadlyModelAsync("deadly");
        var engine = await working.StartAsync();
        var refusal = await Assert.ThrowsAsync<EngineException>(() => engine.LoadAsync("deadly", Cancellation));
        Assert.Equal(EngineErrorKind.InvalidModelFile, refusal.Kind);
        Assert.Contains("signal 6", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Memory.Uses, use => use.Owner == "deadly");
        Assert.NotEmpty((await Answer.OfAsync(engine, SeedModels.Greedy("The river", 4))).Text);

        var tried = await working.TriedAsync();
        await engine.DisposeAsync();
        // Whoever was started to try it again would leave another word.
        engine = await working.StartAsync(new NativeWorker("/bin/sh", "-c", "echo started again >&2; exit 9", "sh"));
        Assert.Contains("signal 6", (await Assert.ThrowsAsync<EngineException>(() => engine.LoadAsync("deadly", Cancellation))).Message, StringComparison.Ordinal);
        Assert.NotEmpty((await Answer.OfAsync(engine, SeedModels.Greedy("The river", 4))).Text); // the good one was tried before, too
        Assert.Equal(tried, await working.TriedAsync());
    }

    [Fact]
    public async Task Fault_13_a_process_that_is_killed_in_mid_try_costs_its_model_only()
    {
        File.Copy(SeedModels.ChatFile, Path.Combine(working.Models, "unlucky.gguf"));
        var engine = await working.StartAsync(new NativeWorker("/bin/sh", "-c", "read -r order; kill -SEGV $$", "sh"), withModels: false);
        var refusal = await Assert.ThrowsAsync<EngineException>(() => engine.LoadAsync("unlucky", Cancellation));
        Assert.Equal(EngineErrorKind.InvalidModelFile, refusal.Kind);
        Assert.Contains("segmentation fault", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kill_for_want_of_memory_is_no_verdict_on_the_file_fault_15()
    {
        File.Copy(SeedModels.ChatFile, Path.Combine(working.Models, "large.gguf"));
        var engine = await working.StartAsync(new NativeWorker("/bin/sh", "-c", "read -r order; kill -KILL $$", "sh"), withModels: false);
        Assert.Equal(EngineErrorKind.OutOfMemory, (await Assert.ThrowsAsync<EngineException>(() => engine.LoadAsync("large", Cancellation))).Kind);
        await engine.DisposeAsync();
        engine = await working.StartAsync(withModels: false);
        Assert.Equal("large", (await engine.LoadAsync("large", Cancellation)).Id);
    }

    [Theory]
    [InlineData("exit 130")]
    [InlineData("kill -TERM $$")]
    [InlineData("exit 1")]
    [InlineData("exec /nowhere/program")]
    public async Task What_ends_a_trial_from_outside_is_remembered_against_no_file(string script)
    {
        File.Copy(SeedModels.ChatFile, Path.Combine(working.Models, "good.gguf"));
        var engine = await working.StartAsync(new NativeWorker("/bin/sh", "-c", "read -r order; " + script, "sh"), withModels: false);
        Assert.Equal(EngineErrorKind.WorkFailed, (await Assert.ThrowsAsync<EngineException>(() => engine.LoadAsync("good", Cancellation))).Kind);
        Assert.Empty(await working.TriedAsync());
        Assert.NotEmpty(await engine.TryOut.TryAsync(Path.Combine(working.Models, "good.gguf"), Cancellation)); // later, when it is loaded
        await engine.DisposeAsync();
        engine = await working.StartAsync(withModels: false);
        Assert.Equal("good", (await engine.LoadAsync("good", Cancellation)).Id);
    }

    [Fact]
    public async Task A_model_that_was_tried_before_waits_for_nobodys_trial()
    {
        foreach (var name in (string[])["tried", "endless"]) { File.Copy(SeedModels.ChatFile, Path.Combine(working.Models, name + ".gguf")); }
        await File.AppendAllTextAsync(Path.Combine(working.Models, "endless.gguf"), "another file", Cancellation);
        await (await working.StartAsync(withModels: false)).LoadAsync("tried", Cancellation);
        await working.Engine.DisposeAsync();
        var begun = Path.Combine(working.State, "begun");
        var engine = await working.StartAsync(new NativeWorker("/bin/sh", "-c", $"echo > '{begun}'; exec sleep 600", "sh"), withModels: false);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var trial = engine.TryOut.TryAsync(Path.Combine(working.Models, "endless.gguf"), cancel.Token);
        while (!File.Exists(begun)) { await Task.Delay(10, Cancellation); }
        Assert.Equal("tried", (await engine.LoadAsync("tried", Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation)).Id);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => trial);
    }

    /// <summary>The file's hash and its trial may take half an hour for a large model.</summary>
    [Fact]
    public async Task A_model_that_is_long_in_being_tried_keeps_nobody_waiting_who_wants_another()
    {
        foreach (var name in (string[])["tried", "endless"]) { File.Copy(SeedModels.ChatFile, Path.Combine(working.Models, name + ".gguf")); }
        await File.AppendAllTextAsync(Path.Combine(working.Models, "endless.gguf"), "another file", Cancellation);
        await (await working.StartAsync(withModels: false)).LoadAsync("tried", Cancellation);
        await working.Engine.DisposeAsync();
        var begun = Path.Combine(working.State, "begun");
        var engine = await working.StartAsync(new NativeWorker("/bin/sh", "-c", $"echo > '{begun}'; exec sleep 600", "sh"), withModels: false);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var endless = engine.LoadAsync("endless", cancel.Token);
        var deletion = engine.DeleteAsync("endless", cancel.Token);
        while (!File.Exists(begun)) { await Task.Delay(10, Cancellation); }
        Assert.Equal(ModelState.Loading, engine.KnownModels.Single(model => model.Id == "endless").State);
        Assert.Contains(engine.Memory.Uses, use => use.Owner == "try:endless");

        var limit = TimeSpan.FromMinutes(1);
        Assert.NotEmpty((await Answer.OfAsync(engine, SeedModels.Greedy("The river", 4) with { ModelId = "tried" }).WaitAsync(limit, Cancellation)).Text);
        await engine.LoadAsync("tried", new LoadSettings(64), Cancellation).WaitAsync(limit, Cancellation);
        await engine.UnloadAsync("tried", Cancellation).WaitAsync(limit, Cancellation);
        await engine.DeleteAsync("tried", Cancellation).WaitAsync(limit, Cancellation);
        Assert.False(endless.IsCompleted || deletion.IsCompleted); // who would delete the file waits for its turn

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => deletion);
        Assert.Empty(engine.Memory.Uses);
        Assert.Equal(ModelState.Unloaded, engine.KnownModels.Single().State);
    }

    [Fact]
    public async Task A_model_that_fits_but_for_the_trial_of_another_waits_for_that_and_is_not_refused()
    {
        foreach (var name in (string[])["first", "second"])
        {
            File.Copy(SeedModels.ChatFile, Path.Combine(working.Models, name + ".gguf"));
            await File.AppendAllTextAsync(Path.Combine(working.Models, name + ".gguf"), name, Cancellation);
        }
        var (needs, trial) = ((await working.StartAsync(withModels: false)).Fit("first", null).NeedsBytes, TryModel.Uses("", RandomAdapter.Model).Sum(use => use.Bytes));
        await working.Engine.DisposeAsync();
        var (begun, goOn) = (Path.Combine(working.State, "begun"), Path.Combine(working.State, "go"));
        var worker = new NativeWorker("/bin/sh", "-c", $"echo > '{begun}'; while [ ! -e '{goOn}' ]; do sleep 0.02; done; exec '{Platform.Fakes.ModelHostFixture.ServerProgram}' \"$@\"", "sh");
        var engine = await working.StartAsync(worker, withModels: false, mebibytes: (Math.Max(needs, trial) >> 20) + 1);
        var first = engine.LoadAsync("first", Cancellation);
        while (!File.Exists(begun)) { await Task.Delay(10, Cancellation); }
        var second = engine.LoadAsync("second", Cancellation);
        while (!second.IsCompleted && engine.KnownModels.Single(model => model.Id == "second").Sha256 is null) { await Task.Delay(10, Cancellation); } // read through; its memory is looked for next
        await File.WriteAllTextAsync(goOn, "", Cancellation);
        Assert.Equal("first", (await first).Id);
        Assert.Equal("second", (await second).Id);
        Assert.Equal(["second"], engine.Memory.Uses.Select(use => use.Owner).Distinct());
    }

    [Fact]
    public async Task A_file_is_tried_once_be_it_wanted_by_many_and_known_by_its_content()
    {
        foreach (var name in (string[])["one", "two"]) { File.Copy(SeedModels.ChatFile, Path.Combine(working.Models, name + ".gguf")); }
        var count = Path.Combine(working.State, "starts");
        var engine = await working.StartAsync(new NativeWorker("/bin/sh", "-c", $"echo >> '{count}'; exec '{Platform.Fakes.ModelHostFixture.ServerProgram}' \"$@\"", "sh"), withModels: false);
        var path = Path.Combine(working.Models, "one.gguf");
        var hashes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => engine.TryOut.TryAsync(path, Cancellation)));
        await engine.LoadAsync("one", Cancellation);
        await engine.LoadAsync("two", Cancellation);
        Assert.Equal(engine.Find("two").Sha256, Assert.Single(hashes.Distinct()));
        Assert.Single(await File.ReadAllLinesAsync(count, Cancellation));
        Assert.DoesNotContain(engine.Memory.Uses, use => use.Owner.StartsWith("try:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_memory_of_what_was_tried_is_begun_anew()
    {
        await File.WriteAllTextAsync(Path.Combine(working.State, "tried-models.json"), "{ \"half", Cancellation);
        await working.StartAsync();
        Assert.Contains(working.Engine.Find(SeedModels.Chat).Sha256, await working.TriedAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_embedding_model_is_tried_as_one()
    {
        File.Copy(SeedModels.EmbedFile, Path.Combine(working.Models, "vectors.gguf"));
        var engine = await working.StartAsync();
        Assert.True((await engine.LoadAsync("vectors", Cancellation)).IsEmbedding);
    }
}
