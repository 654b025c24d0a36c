using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.ModelHost.Engine.Files;

namespace Platform.ModelHost.Engine.Models;

/// <summary>What is remembered of the model folder from one run to the next, in one file of it: the hash of each file as long as size and time are the same, how each shall be loaded and whether it is pinned, and which model answers. Damaged, it is made anew; where it cannot be written, it is remembered for this run only.</summary>
internal sealed class ModelIndex
{
    private const string FileName = ".models.json";
    private const long MostBytes = 16 << 20;

    private readonly Lock gate = new();
    private readonly string? folder;
    private readonly IndexBody body;

    internal ModelIndex(string? folder)
    {
        this.folder = folder;
        body = Read() ?? new IndexBody();
    }

    /// <summary>The path of the model that was chosen to answer, while the configured one is what it was then; null when none was.</summary>
    internal string? Chosen(string? configured)
    {
        lock (gate) { return body.Chosen is { } chosen && body.ChosenOver == configured ? Full(chosen) : null; }
    }

    internal void Choose(string file, string? configured)
    {
        lock (gate)
        {
            (body.Chosen, body.ChosenOver) = (Key(file), configured);
            Write();
        }
    }

    /// <summary>The remembered hash of a file, or null.</summary>
    internal string? HashOf(string file)
    {
        var stamp = FileStamp.Of(file);
        lock (gate) { return stamp != default && body.Files.TryGetValue(Key(file), out var known) && new FileStamp(known.Bytes, known.Written) == stamp ? known.Sha256 : null; }
    }

    /// <param name="file">Its path.</param>
    /// <param name="stamp">What it looked like when it had this content.</param>
    /// <param name="sha256">Of that content.</param>
    internal void Remember(string file, FileStamp stamp, string sha256)
    {
        if (stamp == default) { return; }
        lock (gate)
        {
            body.Files[Key(file)] = new HashedFile(stamp.Bytes, stamp.WrittenTicks, sha256);
            Write();
        }
    }

    internal void Forget(string file)
    {
        lock (gate)
        {
            if (body.Files.Remove(Key(file)) | body.Kept.Remove(Key(file))) { Write(); }
        }
    }

    /// <summary>What a person decided of a model; null when nobody did.</summary>
    internal KeptChoice? KeptOf(string file)
    {
        lock (gate) { return body.Kept.GetValueOrDefault(Key(file)); }
    }

    internal void Keep(string file, Func<KeptChoice, KeptChoice> change)
    {
        lock (gate)
        {
            body.Kept[Key(file)] = change(body.Kept.GetValueOrDefault(Key(file)) ?? new KeptChoice());
            Write();
        }
    }

    private string Key(string file) => folder is not null && file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? Path.GetRelativePath(folder, file) : file;

    private string Full(string key) => folder is null ? key : Path.Combine(folder, key);

    private IndexBody? Read()
    {
        if (folder is null) { return null; }
        try
        {
            return DurableJson.Read(Path.Combine(folder, FileName), MostBytes, IndexJson.Default.IndexBody) is { Files: not null, Kept: not null } read ? read : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or UnauthorizedAccessException)
        {
            return null; // all of it can be found out again but the choice, which falls back to the configured model
        }
    }

    private void Write()
    {
        if (folder is null) { return; }
        foreach (var gone in body.Files.Keys.Concat(body.Kept.Keys).Where(key => !File.Exists(Full(key))).ToList())
        {
            body.Files.Remove(gone);
            body.Kept.Remove(gone);
        }
        try
        {
            DurableJson.Write(Path.Combine(folder, FileName), body, IndexJson.Default.IndexBody);
        }
        catch (Exception readOnly) when (readOnly is IOException or UnauthorizedAccessException)
        {
            return; // the folder belongs to somebody else; the next run finds it out again
        }
    }
}

/// <param name="Bytes">Its size when it was hashed.</param>
/// <param name="Written">Ticks of the time of its last change then.</param>
internal sealed record HashedFile(long Bytes, long Written, string Sha256);

/// <param name="IsPinned">Null where nobody said.</param>
/// <param name="Settings">How it shall be loaded; null for the usual way.</param>
internal sealed record KeptChoice(bool? IsPinned = null, LoadSettings? Settings = null);

internal sealed class IndexBody
{
    /// <summary>The file of the chat model that was chosen, and the one that was configured when it was.</summary>
    public string? Chosen { get; set; }

    public string? ChosenOver { get; set; }

    public Dictionary<string, HashedFile> Files { get; set; } = new(StringComparer.Ordinal);

    public Dictionary<string, KeptChoice> Kept { get; set; } = new(StringComparer.Ordinal);
}

[JsonSerializable(typeof(IndexBody))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true)]
internal sealed partial class IndexJson : JsonSerializerContext;
