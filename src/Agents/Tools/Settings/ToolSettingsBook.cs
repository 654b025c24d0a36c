using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Platform.Agents.Storage;
using Platform.Agents.Tools.Mcp;
using Platform.Agents.Tools.OpenApi;
using Platform.Agents.Tools.Outbound;
using Platform.Retrieval.Access;

namespace Platform.Agents.Tools.Settings;

/// <summary>What agents may reach: what the configuration says, and what administrators set on the pages. Each look reads the stored revision, so that a change holds in all processes at once.</summary>
/// <remarks>Headers and variables of servers may be secrets; they are stored as they are, in the database that holds the documents too, and no page shows them again.</remarks>
public sealed class ToolSettingsBook
{
    private const string Key = "tools";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PreferredObjectCreationHandling = JsonObjectCreationHandling.Populate };

    private readonly IDbContextFactory<AgentsContext>? contexts;
    private readonly TimeProvider time;
    private readonly ILoggerFactory logs;
    private volatile ToolSettings stored = ToolSettings.None;

    /// <param name="contexts">Null where only the configuration counts.</param>
    internal ToolSettingsBook(ToolsOptions configured, IDbContextFactory<AgentsContext>? contexts, TimeProvider time, ILoggerFactory logs) =>
        (Configured, this.contexts, this.time, this.logs) = (configured, contexts, time, logs);

    /// <summary>What the configuration sets; no page changes it.</summary>
    public ToolsOptions Configured { get; }

    /// <summary>What was set on the pages. UnauthorizedAccessException for anybody but administrators.</summary>
    public async Task<ToolSettings> GetAsync(Caller caller, CancellationToken cancellation)
    {
        RequireAdministrator(caller);
        return await StoredAsync(cancellation);
    }

    /// <summary>Puts these in the place of those that were read. ToolSettingsException where they cannot be taken, or were changed meanwhile.</summary>
    public async Task<ToolSettings> SaveAsync(Caller caller, ToolSettings settings, CancellationToken cancellation)
    {
        RequireAdministrator(caller);
        ToolSettingsCheck.Require(settings, Configured, await StoredAsync(cancellation));
        if (contexts is null)
            throw new InvalidOperationException("Without a database nothing can be set. This is a bug.");
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await db.Settings.SingleOrDefaultAsync(s => s.Name == Key, cancellation);
        if ((row?.Revision ?? 0) != settings.Revision)
            throw Changed();
        if (row is null)
            db.Add(row = new() { Name = Key, Value = "" });
        (row.Value, row.Revision, row.UpdatedAt) = (JsonSerializer.Serialize(settings with { Revision = 0 }, Json), settings.Revision + 1, time.GetUtcNow());
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException) // two first ones at once, too
        {
            throw Changed();
        }
        return await StoredAsync(cancellation);
    }

    /// <summary>Hosts of settings that would not be taken any more: an earlier program took them. They change nothing, and stay until they are taken out.</summary>
    public static IReadOnlyList<ToolSettingsException> StaleHosts(ToolSettings settings) => [.. settings.FetchHosts.Select(ToolSettingsCheck.Fault).OfType<ToolSettingsException>()];

    /// <summary>Connects to a server as it would be set and lists its tools.</summary>
    public async Task<ToolTrial> TryAsync(Caller caller, McpServerOptions server, CancellationToken cancellation)
    {
        RequireAdministrator(caller);
        ToolSettingsCheck.Require(server, Configured);
        await using McpServer tried = new(server, time, logs);
        var tools = await tried.ToolsAsync(cancellation);
        return new(tools, tried.LeftOut, tried.Fault);
    }

    /// <summary>Reads an API's document as it would be set; the API itself is not asked.</summary>
    public static ToolTrial Try(Caller caller, ApiOptions api)
    {
        RequireAdministrator(caller);
        ToolSettingsCheck.Require(api);
        using OutboundHttp unused = new(RefusedNetworks.All);
        var (tools, leftOut) = ImportedApis.ToolsOf(api, ApiDocument.Parse(api.Content), unused);
        return new(tools, leftOut);
    }

    /// <summary>The address that a document gives for its API, to be looked at and set by a person; null where it gives none.</summary>
    /// <param name="from">The document's own address; null where it is not known.</param>
    public static Uri? ServerOf(string document, Uri? from)
    {
        try
        {
            return ApiDocument.ServerOf(ApiDocument.Parse(document), from);
        }
        catch (Exception unread) when (unread is JsonException or InvalidOperationException)
        {
            return null; // what is wrong with it is said when it is tried
        }
    }

    /// <summary>Fetches the document of an API for an administrator, as a text to be looked at and set. ToolSettingsException where it cannot be had.</summary>
    /// <param name="isPrivate">Whether the address may be on this machine or its network.</param>
    public static Task<string> FetchDocumentAsync(Caller caller, Uri address, bool isPrivate, CancellationToken cancellation)
    {
        RequireAdministrator(caller);
        return ApiDocument.FetchAsync(address, isPrivate, cancellation);
    }

    /// <summary>All that counts now, from both. The revision is that of what is stored.</summary>
    internal async Task<ToolSettings> CurrentAsync(CancellationToken cancellation)
    {
        var set = await StoredAsync(cancellation);
        return new([.. Configured.FetchHosts, .. set.FetchHosts], [.. Configured.McpServers, .. set.McpServers], [.. Configured.Apis, .. set.Apis], set.Revision);
    }

    private async Task<ToolSettings> StoredAsync(CancellationToken cancellation)
    {
        if (contexts is null)
            return ToolSettings.None;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var known = stored;
        if (await db.Settings.Where(s => s.Name == Key).Select(s => (int?)s.Revision).SingleOrDefaultAsync(cancellation) is not { } revision || revision == known.Revision)
            return known;
        var row = await db.Settings.AsNoTracking().SingleAsync(s => s.Name == Key, cancellation);
        return stored = JsonSerializer.Deserialize<ToolSettings>(row.Value, Json)! with { Revision = row.Revision };
    }

    private static void RequireAdministrator(Caller caller)
    {
        if (!caller.IsAdministrator)
            throw new UnauthorizedAccessException("Only administrators may see and change what agents reach.");
    }

    private static ToolSettingsException Changed() => new(ToolSettingsFault.Changed, "", "These settings were changed meanwhile. Load them again and repeat the change.");
}
