using System.Text;
using Platform.Agents.Answering;
using Platform.ModelHost.Client.Admin;
using Platform.Retrieval.Evaluation;

namespace Platform.Web.Features.Training;

/// <summary>What golden questions take of a model's context, before a word of a document: those that are too long cannot be asked of it.</summary>
/// <param name="Questions">How many there are.</param>
/// <param name="TooLong">How many of them do not fit. They are answered all the same where the search finds nothing, as the model is not asked then; and passages may leave no room for others.</param>
/// <param name="Longest">Tokens of the longest, with its instructions and the room for an answer.</param>
public sealed record GoldenRoom(int Questions, int TooLong, int Longest)
{
    /// <param name="model">That is to be asked.</param>
    /// <param name="contextTokens">Of that model.</param>
    /// <exception cref="Platform.ModelHost.Client.ModelHostException">The service does not answer, or the file is gone.</exception>
    /// <exception cref="InvalidDataException">The file holds no questions.</exception>
    internal static async Task<GoldenRoom> OfAsync(AnswerAgent answers, FineTuning tuning, GoldenChoice choice, string model, int contextTokens, CancellationToken cancellation)
    {
        using MemoryStream content = new();
        await tuning.ReadFileAsync(choice.File, content, cancellation);
        var questions = GoldenSet.Parse(Encoding.UTF8.GetString(content.ToArray()), choice.Name ?? choice.File);
        return Of(await answers.LeastTokensAsync(model, [.. questions.Select(one => one.Question)], contextTokens, cancellation), contextTokens);
    }

    internal static GoldenRoom Of(IReadOnlyList<int> least, int contextTokens) => new(least.Count, least.Count(tokens => tokens >= contextTokens), least.DefaultIfEmpty(0).Max());
}
