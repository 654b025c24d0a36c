using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.Web.Features.Training;

/// <summary>What the losses of a job were measured by. Losses of one ground compare; those of two say nothing of each other.</summary>
/// <param name="Method">A loss of preferences is none of answers.</param>
/// <param name="Tokens">Of the rows that were held out, as the base reads them: a loss is that of a token, and bases that cut the same rows into others have losses of different things. 0 while that is not known.</param>
/// <param name="Rows">Which rows were held out; empty while that is not known.</param>
public sealed record HeldGround(TuningMethod Method, string Rows, long Tokens)
{
    /// <summary>That of a job: its file of held-out rows, or how they were chosen among the others, how many were left of them, and how many tokens they are.</summary>
    public static HeldGround Of(TuningJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new(JobView.Method(job), job.Dataset is { } set ? FormattableString.Invariant($"{set.ValidationSha256 ?? FormattableString.Invariant($"{set.TrainingSha256} {job.ValidationShare} {job.Seed}")} {set.HeldOut}") : "", job.Dataset?.HeldOutTokens ?? 0);
    }
}
