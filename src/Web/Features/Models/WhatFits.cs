using Microsoft.Extensions.Localization;
using Platform.Web.Features.Knowledge;

namespace Platform.Web.Features.Models;

/// <summary>Somebody who holds memory and could let it go.</summary>
/// <param name="Pinned">Kept on purpose: named last among those that must go.</param>
public sealed record MemoryHolder(string Name, long Bytes, bool Pinned);

/// <summary>Whether something fits into the memory, and what would have to go first.</summary>
/// <param name="MustGo">As few as there can be; empty when it fits, and when nothing would help.</param>
/// <param name="RoomAtMost">Bytes that would be free with every holder gone.</param>
public sealed record WhatFits(long NeedsBytes, long FreeBytes, IReadOnlyList<MemoryHolder> MustGo, long RoomAtMost)
{
    public bool Fits => NeedsBytes <= FreeBytes;

    /// <summary>It would not fit into an empty memory either.</summary>
    public bool Never => NeedsBytes > RoomAtMost;

    public static WhatFits Of(long needs, long free, IReadOnlyCollection<MemoryHolder> holders)
    {
        ArgumentNullException.ThrowIfNull(holders);
        var most = free + holders.Sum(holder => holder.Bytes);
        return new WhatFits(needs, free, needs <= free || needs > most ? [] : Fewest(needs - free, holders), most);
    }

    /// <summary>One sentence for the reader, with the numbers.</summary>
    public string Sentence(IStringLocalizer<ModelsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return this switch
        {
            { Fits: true } => texts["FitsWell", Sizes.Of(NeedsBytes), Sizes.Of(FreeBytes), Sizes.Of(FreeBytes - NeedsBytes)],
            { Never: true } => texts["FitsNever", Sizes.Of(NeedsBytes), Sizes.Of(FreeBytes), Sizes.Of(RoomAtMost)],
            _ => texts["FitsAfter", Sizes.Of(NeedsBytes), Sizes.Of(FreeBytes), string.Join(texts["ListSeparator"], MustGo.Select(holder => texts["Holder", holder.Name, Sizes.Of(holder.Bytes)].Value))],
        };
    }

    private static List<MemoryHolder> Fewest(long missing, IReadOnlyCollection<MemoryHolder> holders)
    {
        // One that is enough by itself, the smallest of them, and rather one that is not pinned.
        if (holders.Where(holder => holder.Bytes >= missing).OrderBy(holder => holder.Pinned).ThenBy(holder => holder.Bytes).FirstOrDefault() is { Pinned: false } one)
        {
            return [one];
        }

        var going = new List<MemoryHolder>();
        foreach (var holder in holders.OrderBy(holder => holder.Pinned).ThenByDescending(holder => holder.Bytes))
        {
            if (missing <= going.Sum(gone => gone.Bytes))
            {
                break;
            }
            going.Add(holder);
        }
        // Whoever was taken in vain stays: the last one taken may have made an earlier one needless.
        foreach (var holder in going.OrderByDescending(holder => holder.Pinned).ThenBy(holder => holder.Bytes).ToList())
        {
            if (going.Sum(gone => gone.Bytes) - holder.Bytes >= missing)
            {
                going.Remove(holder);
            }
        }
        return going;
    }
}
