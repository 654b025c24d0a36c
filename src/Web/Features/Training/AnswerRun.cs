using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.Web.Features.Training;

/// <summary>An answer that stayed the same from one evaluation to another.</summary>
/// <param name="First">Step; 0 is the base.</param>
/// <param name="Answer">Null where the prompt could not be answered.</param>
public sealed record AnswerRun(int First, int Last, string? Answer)
{
    /// <summary>The answers to one prompt, the base's first by itself, equal ones that follow each other as one.</summary>
    /// <param name="prompt">Its place.</param>
    public static IReadOnlyList<AnswerRun> Of(IEnumerable<TuningEvaluation> evaluations, int prompt)
    {
        ArgumentNullException.ThrowIfNull(evaluations);
        List<AnswerRun> runs = [];
        foreach (var one in evaluations)
        {
            var answer = one.Answers.ElementAtOrDefault(prompt);
            if (runs.Count > 0 && runs[^1].First > 0 && runs[^1].Answer == answer)
            {
                runs[^1] = runs[^1] with { Last = one.Step };
            }
            else
            {
                runs.Add(new AnswerRun(one.Step, one.Step, answer));
            }
        }
        return runs;
    }
}
