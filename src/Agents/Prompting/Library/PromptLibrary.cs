using Microsoft.EntityFrameworkCore;
using Platform.Agents.Definitions;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Prompting.Library;

/// <summary>The prompts that a person may read: own ones and shared ones; administrators read all. Each change of a text is a further version. Who may not see one is told that it does not exist (NotFoundException).</summary>
public sealed class PromptLibrary
{
    /// <summary>Longest name, UTF-16 characters.</summary>
    public const int MaxName = 80;

    /// <summary>Most prompts of one person.</summary>
    public const int MaxPrompts = 500;

    /// <summary>Longest note of a version, UTF-16 characters.</summary>
    public const int MaxNote = AgentLibrary.MaxNoteLength;

    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly TimeProvider time;

    internal PromptLibrary(IDbContextFactory<AgentsContext> contexts, TimeProvider time) => (this.contexts, this.time) = (contexts, time);

    /// <summary>Last changed first.</summary>
    public async Task<IReadOnlyList<Prompt>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await VisibleTo(db, caller).OrderByDescending(p => p.UpdatedAt).ThenBy(p => p.Id)
            .Join(db.PromptVersions, p => new { PromptId = p.Id, Number = p.Version }, v => new { v.PromptId, v.Number }, (p, v) => new { Row = p, v.Text }).ToListAsync(cancellation);
        return rows.ConvertAll(found => Shown(found.Row, found.Text, caller));
    }

    /// <summary>All versions, newest first.</summary>
    public async Task<IReadOnlyList<PromptVersion>> VersionsAsync(Caller caller, Guid promptId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (!await VisibleTo(db, caller).AnyAsync(p => p.Id == promptId, cancellation))
            throw new NotFoundException("Prompt");
        var rows = await db.PromptVersions.AsNoTracking().Where(v => v.PromptId == promptId).OrderByDescending(v => v.Number).ToListAsync(cancellation);
        return rows.ConvertAll(v => new PromptVersion(v.Number, v.Text, v.Note, v.SavedBy, v.SavedAt));
    }

    /// <summary>ArgumentException: name, text or note too long or empty, or no room for a further prompt.</summary>
    public async Task<Prompt> CreateAsync(Caller caller, string name, string text, bool shared, CancellationToken cancellation)
    {
        var (kept, said) = (Checked(name, 1, MaxName, nameof(name)), Checked(text, 1, DefinitionCheck.MaxInstructions, nameof(text)));
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.Prompts.CountAsync(p => p.OwnerId == caller.UserId, cancellation) >= MaxPrompts)
            throw new ArgumentException($"You have {MaxPrompts} prompts already, and no more are kept. Delete some first.", nameof(name));
        var now = time.GetUtcNow();
        PromptRow row = new() { Id = Guid.CreateVersion7(now), OwnerId = caller.UserId, Name = kept, Shared = shared, Version = 1, Revision = 1, UpdatedAt = now };
        db.Add(row);
        db.Add(new PromptVersionRow { PromptId = row.Id, Number = 1, Text = said, SavedBy = caller.UserId, SavedAt = now });
        await db.SaveChangesAsync(cancellation);
        return Shown(row, said, caller);
    }

    /// <summary>Names and shares it anew, and adds a version where the text is another. PromptConflictException where its revision is no longer the given one.</summary>
    public async Task<Prompt> SaveAsync(Caller caller, Guid promptId, string name, string text, bool shared, string note, int revision, CancellationToken cancellation)
    {
        var (kept, said, noted) = (Checked(name, 1, MaxName, nameof(name)), Checked(text, 1, DefinitionCheck.MaxInstructions, nameof(text)), Checked(note, 0, MaxNote, nameof(note)));
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await ChangeableAsync(db, caller, promptId, cancellation);
        if (row.Revision != revision)
            throw Changed(row, null);
        var now = time.GetUtcNow();
        var newest = await db.PromptVersions.AsNoTracking().SingleAsync(v => v.PromptId == row.Id && v.Number == row.Version, cancellation);
        if (newest.Text != said)
            db.Add(new PromptVersionRow { PromptId = row.Id, Number = ++row.Version, Text = said, Note = noted, SavedBy = caller.UserId, SavedAt = now });
        (row.Name, row.Shared, row.Revision, row.UpdatedAt) = (kept, shared, row.Revision + 1, now);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException ex)
        {
            throw Changed(row, ex);
        }
        return Shown(row, said, caller);
    }

    /// <summary>Deletes it with its versions. Agents that its text was put into keep that.</summary>
    public async Task DeleteAsync(Caller caller, Guid promptId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await ChangeableAsync(db, caller, promptId, cancellation);
        await db.Prompts.Where(p => p.Id == row.Id).ExecuteDeleteAsync(cancellation); // the database takes the versions with it
    }

    private static IQueryable<PromptRow> VisibleTo(AgentsContext db, Caller caller) =>
        db.Prompts.AsNoTracking().Where(p => caller.IsAdministrator || p.Shared || p.OwnerId == caller.UserId);

    private static bool MayChange(PromptRow row, Caller caller) => caller.IsAdministrator || row.OwnerId == caller.UserId;

    private static async Task<PromptRow> ChangeableAsync(AgentsContext db, Caller caller, Guid promptId, CancellationToken cancellation) =>
        await db.Prompts.SingleOrDefaultAsync(p => p.Id == promptId, cancellation) is { } row && MayChange(row, caller) ? row : throw new NotFoundException("Prompt");

    private static PromptConflictException Changed(PromptRow row, Exception? inner) => new($"The prompt '{row.Name}' was changed meanwhile. Load it again and repeat the change.", inner);

    private static string Checked(string text, int least, int most, string what) => text.Trim() is var kept && kept.Length >= least && kept.Length <= most ? kept
        : throw new ArgumentException($"The {what} has {text.Trim().Length:N0} characters; {least:N0} to {most:N0} are taken.", what);

    private static Prompt Shown(PromptRow row, string text, Caller caller) => new(row.Id, row.OwnerId, row.Name, row.Shared, row.Version, text, row.Revision, row.UpdatedAt, MayChange(row, caller));
}
