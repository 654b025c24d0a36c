using Platform.Web.Layout;

namespace Platform.Web.Features.Training;

// What a copied job brings along.
public sealed partial class NewJobPage
{
    private readonly List<string> lost = []; // what a copied job had, or a link names, and is not here any more, in words
    private string? mixture, evaluated, evaluatedName;

    private async Task<JobOrigin?> CopyAsync(string id)
    {
        var job = await (await administration.TuningAsync()).GetAsync(id, gone.Token);
        form.Take(job);
        hasOwnNumbers = true;
        (mixture, evaluated, evaluatedName) = (job.Metadata.GetValueOrDefault(JobOrigin.MixtureKey), job.Metadata.GetValueOrDefault(JobOrigin.EvaluatedIdKey), job.Metadata.GetValueOrDefault(JobOrigin.EvaluatedKey));
        return JobOrigin.Of(job);
    }

    // The datasets that a copied job mixed in; those that are gone are left out, and that is said.
    private async Task MixAsync(string? mixture)
    {
        if (mixture?.Split('|') is not [var first, var others])
        {
            return;
        }
        (form.FirstShare.Weight, form.FirstShare.MaxRepeats) = first.Split('x') is [var weight, var repeats] ? (weight, repeats) : ("1", "1");
        await foreach (var part in PartsAsync(others))
        {
            form.Others.Add(part);
        }
        if (others.Split(';', StringSplitOptions.RemoveEmptyEntries).Length - form.Others.Count is > 0 and var absent)
        {
            lost.Add(Texts.Count("CopiedPartsGone", absent));
        }
    }

    private async IAsyncEnumerable<MixPart> PartsAsync(string? written)
    {
        foreach (var (id, number, share, cap) in MixPart.Read(written))
        {
            if (Fitting.FirstOrDefault(one => one.Id == id) is { } known && await files.VersionsAsync(known, gone.Token) is var its && its.FirstOrDefault(one => one.Number == number) is { } wanted)
            {
                yield return new MixPart(known, its, wanted) { Share = { Weight = share, MaxRepeats = cap } };
            }
        }
    }

    // A link may name what was deleted since.
    private void SayUnlinked()
    {
        if (Copied is { Length: > 0 } || WantedDataset is not { Length: > 0 } || version is not null)
        {
            return;
        }
        lost.Add(set is null ? Texts["LinkedSetGone"] : Texts["LinkedVersionGone", set.Name, WantedVersion ?? 0]);
    }

    // Behind the dataset itself what else a copied job learned from, and was measured by; what is gone is said.
    private async Task TakeRowsAsync(JobOrigin? origin)
    {
        if (Copied is { Length: > 0 } && version is null)
        {
            lost.Add(origin is null ? Texts["CopiedNoSet"] : Texts["CopiedSetGone", origin.Version]);
        }
        await MixAsync(mixture);
        form.Evaluated = await PartsAsync(evaluated).FirstOrDefaultAsync(gone.Token);
        if (evaluated is { Length: > 0 } && form.Evaluated is null)
        {
            lost.Add(Texts["CopiedEvaluatedGone", evaluatedName ?? ""]);
        }
    }
}
