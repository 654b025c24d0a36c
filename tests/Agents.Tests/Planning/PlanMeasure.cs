using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Platform.Agents.Definitions;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Fakes;

namespace Platform.Agents.Tests.Planning;

/// <summary>How long plans take whose steps could run side by side, with a model and a tool that take the seconds that a step's name says. `Platform.Agents.Tests --as-child plans`.</summary>
internal static class PlanMeasure
{
    /// <summary>Steps as name:seconds, a tool's with an asterisk, and after signs what each depends on; and the longest way through, which is the least that it can take.</summary>
    private static readonly (string Plan, double Least)[] Plans = [("a:4* b:4", 4), ("a:0* b:6 c:0*<a", 6), ("a:4* b:0* c:3<b", 4), ("a:3 b:3", 3), ("a:3* b:3*", 3)];

    public static async Task RunAsync()
    {
        foreach (var (plan, least) in Plans)
        {
            RecordingTool look = new("look", act: async (text, _, cancellation) =>
            {
                await Task.Delay(Seconds(text), cancellation);
                return ToolOutcome.Of(text);
            });
            await using var rig = await AgentsRig.StartAsync(new ScriptedChatClient((messages, cancellation) => SayAsync(plan, messages, cancellation)), tools: [look, new RecordingTool("send")]);
            var watch = Stopwatch.StartNew();
            var run = await rig.LetAsync(AgentLoopTests.Clerk with { Planning = PlanningMode.PlanThenAct, Limits = new(Steps: 20) });
            var events = await rig.EventsAsync(run);
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{plan}: {watch.Elapsed.TotalSeconds:0.00} s, at least {least} s, ended with {events[^1].Name}"));
        }
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> SayAsync(string plan, IReadOnlyList<ChatMessage> messages, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var last = messages[^1].Text;
        var step = plan.Split(' ').FirstOrDefault(one => last.StartsWith($"Do only this step of the plan now: Do {one.Split('<')[0]} ", StringComparison.Ordinal));
        if (step is not null)
            await Task.Delay(Seconds(step.Split('<')[0]), cancellation);
        yield return new ChatResponseUpdate(ChatRole.Assistant, step is not null ? "A thought." : last.StartsWith("Make a plan", StringComparison.Ordinal) ? Written(plan) : "Done.");
    }

    private static string Written(string plan) => JsonSerializer.Serialize(new
    {
        steps = plan.Split(' ').Select(step => step.Split('<')).Select(step => new
        {
            id = step[0][..1], goal = $"Do {step[0]}", tool = step[0].EndsWith('*') ? "look" : "", inputs = step[0].EndsWith('*') ? new { text = step[0] } : null, depends_on = step[1..], done_when = "",
        }),
    });

    private static TimeSpan Seconds(string step) => TimeSpan.FromSeconds(double.Parse(step.Split(':')[1].TrimEnd('*'), CultureInfo.InvariantCulture));
}
