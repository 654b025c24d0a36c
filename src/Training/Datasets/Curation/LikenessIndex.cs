using System.Runtime.InteropServices;

namespace Platform.Training.Datasets.Curation;

/// <summary>Texts among which one that another nearly repeats is found.</summary>
internal sealed class LikenessIndex
{
    // What boilerplate fills must not make a search quadratic: so many different texts are compared with, which share a band.
    private const int MostCompared = 2048;

    private readonly Dictionary<(int Band, ulong Hash), List<int>> bands = [];
    private readonly List<(int Place, Shingles Shingles)> texts = [];

    public void Add(int place, string text) => Add(place, new Shingles(text));

    public void Add(int place, Shingles shingles)
    {
        foreach (var at in shingles.Places)
        {
            ref var members = ref CollectionsMarshal.GetValueRefOrAddDefault(bands, at, out _);
            (members ??= []).Add(texts.Count);
        }
        texts.Add((place, shingles));
    }

    public (int Place, double Likeness)? Like(string text) => Like(new Shingles(text));

    /// <summary>One that has at least <see cref="NearDuplicates.Threshold"/> of its shingles in common; null where none has.</summary>
    public (int Place, double Likeness)? Like(Shingles shingles)
    {
        HashSet<int> seen = [];
        foreach (var at in shingles.Places)
        {
            if (!bands.TryGetValue(at, out var members))
                continue;
            for (var back = members.Count - 1; back >= 0 && seen.Count < MostCompared; back--)
                if (seen.Add(members[back]) && texts[members[back]].Shingles.Likeness(shingles) is >= NearDuplicates.Threshold and var likeness)
                    return (texts[members[back]].Place, likeness);
        }
        return null;
    }
}
