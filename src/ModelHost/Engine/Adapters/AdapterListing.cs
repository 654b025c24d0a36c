namespace Platform.ModelHost.Engine.Adapters;

/// <summary>The versions of one adapter as callers see them.</summary>
internal static class AdapterListing
{
    /// <param name="registry">Where they lie.</param>
    /// <param name="versions">All versions of one adapter.</param>
    /// <param name="loaded">The version in memory, or null.</param>
    /// <param name="used">When it was last asked for, or null.</param>
    internal static IEnumerable<AdapterInfo> Of(AdapterRegistry registry, IReadOnlyList<AdapterFile> versions, Func<AdapterFile, LoadedAdapter?> loaded, Func<AdapterFile, DateTimeOffset?> used)
    {
        var book = registry.BookOrNone(versions[0].Name);
        var served = AdapterRegistry.Served(versions, book);
        return versions.OrderBy(file => file.Version).Select(file =>
        {
            var (note, there, size) = (file.Version > 0 ? book.Note(file.Version) : new AdapterNote(), loaded(file), new FileInfo(file.Path));
            return new AdapterInfo(file.Name, file.Version, there is not null, there?.Sha256 ?? note.Sha256, there?.Rank ?? note.Rank, size.Exists ? size.Length : null)
            {
                State = note.State, IsServed = file == served, BaseModel = note.BaseModel, BaseSha256 = note.BaseSha256, Alpha = note.Alpha, TargetModules = note.TargetModules,
                CreatedAt = note.CreatedAt ?? (size.Exists ? new DateTimeOffset(size.LastWriteTimeUtc) : null), Lineage = note.Lineage, Metrics = note.Metrics,
                OverrideReason = note.OverrideReason, PromotedBy = note.PromotedBy, PromotedAt = note.PromotedAt, CanaryShare = book.Canary is { } canary && canary.Version == file.Version ? canary.Share : null, LastUsedAt = used(file),
                RollsBackTo = file.Version == book.Production && book.Former.Count > 0 ? book.Former[^1] : null,
            };
        });
    }
}
