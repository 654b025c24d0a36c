using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Access;
using Platform.Training.Datasets.Storage;

namespace Platform.Training.Datasets.Presets;

/// <summary>Keeps what administrators want to choose again for their training jobs. Nobody else has any.</summary>
public sealed class SavedPresets
{
    public const int MaxNameLength = 60, MaxContent = 8_000, MaxPresets = 50;

    private readonly IDbContextFactory<DatasetsContext> contexts;

    internal SavedPresets(IDbContextFactory<DatasetsContext> contexts) => this.contexts = contexts;

    /// <summary>By name.</summary>
    public async Task<IReadOnlyList<SavedPreset>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        if (!caller.IsAdministrator)
            return [];
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return [.. (await db.Presets.AsNoTracking().ToListAsync(cancellation)).OrderBy(row => row.Name, StringComparer.CurrentCultureIgnoreCase).Select(row => new SavedPreset(row.Name, row.Content))];
    }

    /// <summary>Keeps it, in the place of one of the same name. DatasetException name_empty, preset_too_long, too_many_presets; UnauthorizedAccessException.</summary>
    public async Task SaveAsync(Caller caller, SavedPreset preset, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(preset);
        Require(caller);
        var name = preset.Name.Trim();
        if (name.Length == 0)
            throw new DatasetException("name_empty", "A preset needs a name.");
        if (name.Length > MaxNameLength || preset.Content.Length > MaxContent)
            throw new DatasetException("preset_too_long", $"The preset has a name of {name.Length} characters and {preset.Content.Length:N0} of settings; the limits are {MaxNameLength} and {MaxContent:N0}. Shorten them.");
        try
        {
            await PutAsync(name, preset.Content, cancellation);
        }
        catch (DbUpdateException)
        {
            await PutAsync(name, preset.Content, cancellation); // another window made one of that name in the same moment
        }
    }

    private async Task PutAsync(string name, string content, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await db.Presets.SingleOrDefaultAsync(one => one.Name == name, cancellation);
        if (row is null && await db.Presets.CountAsync(cancellation) >= MaxPresets)
            throw new DatasetException("too_many_presets", $"There are {MaxPresets} presets, the most there may be. Delete one first.");
        if (row is null)
            db.Add(row = new() { Name = name, Content = "" });
        row.Content = content;
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Deletes it; nothing happens where it is gone. UnauthorizedAccessException.</summary>
    public async Task DeleteAsync(Caller caller, string name, CancellationToken cancellation)
    {
        Require(caller);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Presets.Where(one => one.Name == name).ExecuteDeleteAsync(cancellation);
    }

    private static void Require(Caller caller)
    {
        if (!caller.IsAdministrator)
            throw new UnauthorizedAccessException("Only administrators keep presets of training jobs.");
    }
}
