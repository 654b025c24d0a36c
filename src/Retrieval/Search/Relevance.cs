namespace Platform.Retrieval.Search;

/// <summary>
/// One number for how well a passage answers a question, comparable across questions. Words and meaning are two witnesses: either alone can vouch for a passage, and
/// relevance = 1 − (1 − covered) · (1 − likeness), where likeness is how far the cosine lies above <see cref="UnrelatedCosine"/>, at most <see cref="MostByMeaning"/>. Answering refuses below a threshold on this
/// number (Agents:MinRelevance, Agents:MinRelevanceChinese), which is to be measured anew when the formula changes.
/// </summary>
public static class Relevance
{
    /// <summary>Passages that have nothing to do with a question reach about this cosine by chance. The small model that comes with the program seldom gets there: with it, words decide.</summary>
    public const double UnrelatedCosine = 0.5;

    /// <summary>Without shared words, meaning alone never vouches for more than this.</summary>
    public const double MostByMeaning = 0.6;

    /// <param name="covered">Share of the question's weight that the passage covers, 0 to 1.</param>
    /// <param name="cosine">Null when it was not among the nearest: then it counts nothing.</param>
    public static double Of(double covered, double? cosine)
    {
        double likeness = Math.Clamp(((cosine ?? 0) - UnrelatedCosine) / (1 - UnrelatedCosine), 0, 1) * MostByMeaning;
        return 1 - ((1 - covered) * (1 - likeness));
    }
}
