using System.Diagnostics;
using System.Text;
using Platform.ModelHost.Engine.Tests.Work;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Tests.Templates;

/// <summary>A template that is made to cost: what loading its model may cost is bounded as a whole, and nobody else notices.</summary>
public sealed class HostileTemplateTests
{
    private const string Endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";

    [Theory]
    [InlineData(Endless)]
    [InlineData("{% if tools %}" + Endless + "{% endif %}{{ messages[0].content }}")] // costs only where tools are shown
    public void Everything_that_is_tried_with_a_template_draws_on_one_budget(string source)
    {
        LlamaLibrary.Load();
        var template = new ChatTemplate("m", source, SpecialTexts.None, new StoppedClock());
        Assert.Contains("took more than 1000000 steps", template.Weakness, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_with_such_a_template_loads_says_so_and_goes_again()
    {
        await using var working = new WorkingEngine();
        var engine = await working.StartAsync();
        Write(Path.Combine(working.Models, "slow.gguf"), Endless);
        var started = Stopwatch.GetTimestamp();
        var loaded = await engine.LoadAsync("slow", TestContext.Current.CancellationToken);
        Assert.Contains("cannot be used", loaded.Warning, StringComparison.Ordinal);
        Assert.NotEmpty((await Answer.OfAsync(engine, SeedModels.Greedy("The river", 4))).Text); // the others go on
        await engine.UnloadAsync("slow", TestContext.Current.CancellationToken);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60)); // it was 108 s on an idle machine
        Assert.Null((await engine.LoadAsync(SeedModels.Chat, TestContext.Current.CancellationToken)).Warning);
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }

    /// <summary>The seed model with another template, which is no longer than its own.</summary>
    private static void Write(string path, string template)
    {
        var bytes = File.ReadAllBytes(SeedModels.ChatFile);
        var own = Encoding.UTF8.GetBytes(GgufReader.Read(SeedModels.ChatFile).Metadata["tokenizer.chat_template"].Text!);
        Encoding.UTF8.GetBytes(template.PadRight(own.Length)).CopyTo(bytes, bytes.AsSpan().IndexOf(own));
        File.WriteAllBytes(path, bytes);
    }
}
