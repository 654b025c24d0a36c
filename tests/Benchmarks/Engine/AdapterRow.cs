using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Benchmarks.Running;

namespace Platform.Benchmarks.Engine;

/// <summary>Two conversations on one prompt, the base model's and an adapter's: one after the other on one service, turn by turn on another. Both read the same tokens in the same steps, so nothing but the other conversation could change a text.</summary>
internal static class AdapterRow
{
    private const int FirstTokens = 48, TurnTokens = 16, AnswerTokens = 12;

    internal static async Task<BenchRow> RunAsync(ServedModel apart, ServedModel inTurn, string adapter, Lengths lengths)
    {
        var prompt = SyntheticModel.Prompt(200, FirstTokens + TurnTokens * lengths.Turns);
        var expected = new Dictionary<(bool With, int Turn), string>();
        foreach (var with in new[] { false, true })
        {
            for (var turn = 0; turn < lengths.Turns; turn++) { expected[(with, turn)] = (await apart.AskAsync(Request(apart, turn, with))).Text; }
        }
        var (same, hits, all) = (0, 0, 2 * lengths.Turns);
        for (var turn = 0; turn < lengths.Turns; turn++)
        {
            foreach (var with in new[] { false, true })
            {
                var answer = await inTurn.AskAsync(Request(inTurn, turn, with));
                same += answer.Text == expected[(with, turn)] ? 1 : 0;
                hits += turn == 0 || answer.Cached >= Known(turn - 1) ? 1 : 0;
            }
        }
        var differ = Enumerable.Range(0, lengths.Turns).Count(turn => expected[(false, turn)] != expected[(true, turn)]);
        return BenchRow.AtLeast("base and adapter in turn: answers that are those of isolated runs", same, all, 1, hits == all && differ == lengths.Turns,
            string.Create(CultureInfo.InvariantCulture, $"cache hits where they are due in {hits} of {all}; base and adapter differ in {differ} of {lengths.Turns}"));

        JsonObject Request(ServedModel service, int turn, bool with)
        {
            var request = service.Request(prompt[..Known(turn)], AnswerTokens);
            if (with) { request["lora"] = new JsonArray(new JsonObject { ["id"] = adapter, ["scale"] = 1 }); }
            return request;
        }
    }

    private static int Known(int turn) => FirstTokens + TurnTokens * turn;
}
