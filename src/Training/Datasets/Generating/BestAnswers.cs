using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;
using Platform.Training.Datasets.Curation;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Generating;

/// <summary>Rates answers: how much a finished training job that learned preferences likes each, higher for better; null for one that it cannot rate. The rows are dialogues that end with the answer.</summary>
public delegate Task<IReadOnlyList<double?>> AnswerRewards(string rewardJob, IReadOnlyList<TrainingRow> answers, CancellationToken cancellation);

/// <summary>Answers the questions of a dataset several times over by a model, and keeps of each the answer that a reward likes best: rows to train that model on again (decision 0029).</summary>
internal sealed class BestAnswers(DatasetItems items, DatasetVersions versions, ServedModels models, IChatClient chat, AnswerRewards rewards)
{
    // Rated at once: the rewarding model is loaded for each portion.
    private const int Portion = 8;

    private const float Temperature = 0.9f;

    private const int MaxTokens = 1024;

    /// <summary>A row a question, in the order of the dataset; why there is none where the answers were all alike or none could be rated. What the dataset's newest version holds back is not asked: what is learned may not be what is measured by.</summary>
    /// <param name="skip">Questions that are done with: goes on where a job was cut off.</param>
    public async IAsyncEnumerable<GeneratedItem> MakeAsync(Caller caller, GenerationWish wish, int skip, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var best = wish.BestOf!;
        var model = await models.ChatModelAsync(cancellation, wish.Model);
        var held = await versions.HeldBackAsync(caller, best.SourceId, cancellation);
        for (int at = skip, taken; at < wish.Count; at += taken)
        {
            var asked = (await items.FindAsync(caller, best.SourceId, new(Status: RowStatus.Approved, Skip: at, Take: Math.Min(Portion, wish.Count - at)), cancellation)).Items;
            if ((taken = asked.Count) == 0)
            {
                yield return new(at, null, null, "used_up", wish.Count - at);
                yield break;
            }
            List<(int Row, DatasetItem Asked, TrainingRow Answer)> answers = [];
            Dictionary<int, string> without = [];
            foreach (var (index, item) in asked.Index())
            {
                var (why, given) = held.Contains(item.Id) ? ("held_back", []) : await AnswersAsync(caller, item.Row, model.Id, wish.Seed + (long)(at + index) * BestOf.MaxSamples, best.Samples, cancellation);
                without[at + index] = why;
                answers.AddRange(given.Select(answer => (at + index, item, answer)));
            }
            var rated = answers.Count == 0 ? [] : await rewards(best.RewardJob, [.. answers.Select(one => one.Answer)], cancellation);
            var liked = answers.Zip(rated).Where(pair => pair.Second is not null).GroupBy(pair => pair.First.Row).ToDictionary(group => group.Key, group => group.MaxBy(pair => pair.Second).First);
            for (var row = at; row < at + taken; row++)
                yield return liked.TryGetValue(row, out var kept) ? new(row, null, new(kept.Answer, kept.Asked.Source, OriginOf(kept.Asked), kept.Asked.Span)) : new(row, null, null, without[row], Missing: 1);
        }
    }

    // Answers to questions about one document are parted with it.
    private static string OriginOf(DatasetItem asked) => asked.Span?.DocumentId is { } document ? RowPlace.OfDocument(document) : $"row:{asked.Id:N}";

    /// <summary>Different answers to what is asked last, none where all were alike, for then nothing is chosen; and why no row comes of them, if none does.</summary>
    private async Task<(string Without, IReadOnlyList<TrainingRow> Answers)> AnswersAsync(Caller caller, TrainingRow row, string model, long seed, int count, CancellationToken cancellation)
    {
        var last = row.Turns.Index().LastOrDefault(turn => turn.Item.Role == TurnRole.User, (-1, default!)).Index;
        if (last < 0 || row.Turns.Take(last).Any(turn => turn.Role == TurnRole.Tool || turn.Calls is not null))
            return ("no_question", []); // what tools did cannot be done again
        Turn[] before = [.. row.Turns.Take(last + 1).Select(turn => turn with { Learned = false })];
        ChatMessage[] messages = [.. before.Select(turn => new ChatMessage(turn.Role switch { TurnRole.System => ChatRole.System, TurnRole.Assistant => ChatRole.Assistant, _ => ChatRole.User }, turn.Content))];
        HashSet<string> said = new(StringComparer.Ordinal);
        for (var sample = 0; sample < count; sample++)
        {
            var answer = await chat.GetResponseAsync(messages, new ChatOptions { ModelId = model, Temperature = Temperature, Seed = seed + sample, MaxOutputTokens = MaxTokens }.By(caller.UserId, caller.IsAdministrator), cancellation);
            if (answer.FinishReason != ChatFinishReason.Length && answer.Text.Trim() is { Length: > 0 } text)
                said.Add(text);
        }
        return said.Count < 2 ? ("alike", []) : ("unrated", [.. said.Select(text => row with { Turns = [.. before, new Turn(TurnRole.Assistant, text)], Tools = null })]);
    }
}
