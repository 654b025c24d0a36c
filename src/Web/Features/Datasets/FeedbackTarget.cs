using Platform.Training.Datasets;
using Platform.Training.Rows;

namespace Platform.Web.Features.Datasets;

/// <summary>The dataset that stands chosen for an answer that was judged.</summary>
public static class FeedbackTarget
{
    /// <param name="chosen">The one that a person chose last for an answer judged alike; empty for none.</param>
    /// <param name="fitting">Those that it may go into, at least one.</param>
    /// <returns>The chosen one where it fits; else what is bad goes beside what is better, where there is a dataset of such pairs, and otherwise into the first.</returns>
    public static Dataset Of(bool good, Guid chosen, IReadOnlyList<Dataset> fitting)
    {
        ArgumentNullException.ThrowIfNull(fitting);
        return fitting.FirstOrDefault(set => set.Id == chosen) ?? (good ? null : fitting.FirstOrDefault(set => set.Kind == RowKind.Preference)) ?? fitting[0];
    }
}
