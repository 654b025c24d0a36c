using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Platform.ModelHost.Engine.Adapters;

/// <summary>An adapter's file in the registry.</summary>
/// <param name="Version">1 and up; 0 for a file without versions.</param>
internal sealed record AdapterFile(string Name, int Version, string Path)
{
    /// <summary>name@version, or the name of a file without versions.</summary>
    internal string Id => Version > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Name}@{Version}") : Name;
}

/// <summary>The folder of adapters: name/version.gguf with what is known of them in name/adapter.json; or name.gguf. Written by others while it is read: a file is put in place by renaming it.</summary>
internal sealed partial class AdapterRegistry(string? folder)
{
    private const string Ending = ".gguf";

    /// <summary>Where it is; null for none.</summary>
    internal string? Folder { get; } = folder;

    /// <summary>Every version of every adapter, by name and version.</summary>
    internal IReadOnlyList<AdapterFile> All()
    {
        if (Folder is null || !Directory.Exists(Folder)) { return []; }
        var names = Directory.EnumerateDirectories(Folder).Select(Path.GetFileName).Concat(Directory.EnumerateFiles(Folder, "*" + Ending).Select(Path.GetFileNameWithoutExtension)).OfType<string>();
        return [.. names.Where(IsName).Distinct(StringComparer.Ordinal).SelectMany(Versions).OrderBy(f => f.Name, StringComparer.Ordinal).ThenBy(f => f.Version)];
    }

    /// <summary>The file of `name` or `name@version`. Without a version the one in production, or else the newest that is no draft.</summary>
    /// <exception cref="EngineException">Kind ModelNotFound or BadRequest; InvalidModelFile when what is known of it cannot be read.</exception>
    /// <param name="id">name or name@version.</param>
    /// <param name="nameField">The field of the request that names it.</param>
    /// <param name="versionField">The one that names its version.</param>
    internal AdapterFile Find(string id, string nameField = "lora", string versionField = "lora")
    {
        var parts = id.Split('@');
        if (parts.Length > 2 || !IsName(parts[0])) { throw Refuse(EngineErrorKind.BadRequest, $"'{id}' is no adapter id; it must be name or name@version, with a name of a-z, 0-9, '-', '_' and '.'.", nameField); }
        var versions = Versions(parts[0]);
        if (versions.Count == 0) { throw Refuse(EngineErrorKind.ModelNotFound, $"There is no adapter '{parts[0]}'. Known: {string.Join(", ", All().Select(f => f.Name).Distinct().DefaultIfEmpty("none"))}.", nameField); }
        if (parts.Length == 1)
        {
            return Served(versions, Book(parts[0])) ?? throw Refuse(EngineErrorKind.ModelNotFound, $"The adapter '{parts[0]}' has nothing in production, and drafts and retired versions answer under their versions: name one ({string.Join(", ", versions.Select(v => v.Version).Order().Select(v => FormattableString.Invariant($"{parts[0]}@{v}")))}), or promote it first.", nameField);
        }
        return versions.FirstOrDefault(v => v.Version.ToString(CultureInfo.InvariantCulture) == parts[1])
            ?? throw Refuse(EngineErrorKind.ModelNotFound, $"The adapter '{parts[0]}' has no version '{parts[1]}'. It has {string.Join(", ", versions.Select(v => v.Version).Order())}.", versionField);
    }

    /// <summary>The file that a request gets: as <see cref="Find"/>, but where a part of the requests is to try another version, that is drawn by lot. Who asks under one name always gets the same.</summary>
    /// <param name="id">name or name@version.</param>
    /// <param name="user">Who asks; null for nobody in particular.</param>
    /// <inheritdoc cref="Find" path="/exception"/>
    internal AdapterFile Draw(string id, string? user)
    {
        var file = Find(id);
        if (id.Contains('@', StringComparison.Ordinal) || file.Version == 0 || Book(file.Name).Canary is not { } canary || Lot(file.Name, user) >= canary.Share) { return file; }
        return Versions(file.Name).FirstOrDefault(other => other.Version == canary.Version) ?? file;
    }

    /// <summary>Refuses an id of a version that nobody let through: what is neither in production, nor gets a share of the requests, nor is what its name alone means. It is refused as one that is not there, and what else there is is not told.</summary>
    /// <exception cref="EngineException">Kinds ModelNotFound, BadRequest; InvalidModelFile when what is known of it cannot be read.</exception>
    internal void CheckReleased(string id)
    {
        try
        {
            var file = Find(id);
            if (file.Version == 0 || (Book(file.Name) is var book && (book.Canary?.Version == file.Version || Served(Versions(file.Name), book) == file))) { return; }
        }
        catch (EngineException unknown) when (unknown.Kind == EngineErrorKind.ModelNotFound)
        {
        }
        throw Refuse(EngineErrorKind.ModelNotFound, $"There is no adapter '{id}'.");
    }

    /// <summary>Refuses a version that was made for another model.</summary>
    /// <param name="file">The version; of a file without one nothing is known.</param>
    /// <param name="model">The model's id.</param>
    /// <param name="sha256">Of the model's file.</param>
    /// <exception cref="EngineException">Kind BadRequest; InvalidModelFile when what is known of it cannot be read.</exception>
    internal void CheckBase(AdapterFile file, string model, string sha256)
    {
        if (file.Version > 0 && Book(file.Name).Note(file.Version) is { BaseSha256: { } expected } note && expected != sha256)
        {
            throw Refuse(EngineErrorKind.BadRequest, $"The adapter '{file.Id}' was made for the model '{note.BaseModel}' with the file {expected}, not for '{model}' with {sha256}.");
        }
    }

    private static double Lot(string name, string? user) => user is null ? Random.Shared.NextDouble() : BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\n{user}"))) / (uint.MaxValue + 1.0);

    /// <summary>Of an adapter's versions, the one that its name alone means; null where there are drafts only: what nobody has promoted answers under its version.</summary>
    internal static AdapterFile? Served(IReadOnlyList<AdapterFile> versions, AdapterBook book) =>
        versions.FirstOrDefault(v => v.Version == book.Production) ?? versions.Where(v => v.Version == 0 || book.Note(v.Version).State == AdapterState.Candidate).MaxBy(v => v.Version);

    /// <exception cref="EngineException">Kind InvalidModelFile.</exception>
    internal AdapterBook Book(string name) => Folder is null ? new AdapterBook() : AdapterBook.Read(FolderOf(name));

    /// <summary>The book, or an empty one where it cannot be read: for lists, which one damaged file must not end.</summary>
    internal AdapterBook BookOrNone(string name)
    {
        try
        {
            return Book(name);
        }
        catch (EngineException unreadable) when (unreadable.Kind == EngineErrorKind.InvalidModelFile)
        {
            return new AdapterBook();
        }
    }

    /// <summary>Makes the folder, so that who is told to put files there finds it. Where it cannot be made, the first upload says why.</summary>
    internal void Make()
    {
        try
        {
            if (Folder is not null) { Directory.CreateDirectory(Folder); }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    /// <summary>Deletes what uploads left that were last written before a moment. What cannot be deleted stays.</summary>
    internal void DropParts(DateTimeOffset before)
    {
        if (Folder is null || !Directory.Exists(Folder)) { return; }
        try
        {
            foreach (var part in Directory.EnumerateDirectories(Folder).SelectMany(names => Directory.EnumerateFiles(names, ".*.part")).Where(part => File.GetLastWriteTimeUtc(part) < before.UtcDateTime).ToList()) { File.Delete(part); }
            foreach (var left in Directory.EnumerateDirectories(Folder, PeftUpload.Prefix + "*").Where(left => Directory.GetLastWriteTimeUtc(left) < before.UtcDateTime).ToList()) { Directory.Delete(left, recursive: true); }
        }
        catch (Exception readOnly) when (readOnly is IOException or UnauthorizedAccessException)
        {
            return; // the folder belongs to somebody else, who clears it up
        }
    }

    /// <summary>Where the versions of an adapter lie. The name has been checked.</summary>
    internal string FolderOf(string name) => Path.Combine(Folder!, name);

    internal AdapterFile At(string name, int version) => new(name, version, FileOf(name, version));

    internal string FileOf(string name, int version) => version > 0 ? Path.Combine(FolderOf(name), version.ToString(CultureInfo.InvariantCulture) + Ending) : FolderOf(name) + Ending;

    /// <summary>The full path of a GGUF file inside the registry. No link is followed, so that none leads out of it.</summary>
    /// <exception cref="EngineException">Kind BadRequest.</exception>
    internal string Inside(string path) => Below(path) is { } full && full.EndsWith(Ending, StringComparison.Ordinal) && File.Exists(full) ? full
        : throw new EngineException(EngineErrorKind.BadRequest, $"'{path}' is no GGUF file inside the registry of adapters. Give its path below the folder of Engine:AdapterDirectory, without links.") { Parameter = "lora_path" };

    /// <summary>The full path of a folder inside the registry with an adapter as PEFT saves it, and the bytes of its weights.</summary>
    /// <inheritdoc cref="Inside" path="/exception"/>
    internal (string Folder, long Bytes) PeftInside(string path) =>
        Below(Path.Combine(path, PeftUpload.Config)) is { } config && Below(Path.Combine(path, PeftUpload.Weights)) is { } weights && File.Exists(config) && File.Exists(weights) ? (Path.GetDirectoryName(weights)!, new FileInfo(weights).Length)
        : throw new EngineException(EngineErrorKind.BadRequest, $"'{path}' is no folder inside the registry of adapters with {PeftUpload.Config} and {PeftUpload.Weights}. Give its path below the folder of Engine:AdapterDirectory, without links.") { Parameter = "source" };

    /// <summary>The full path of what lies in the registry, or null where it would lead out of it.</summary>
    private string? Below(string path)
    {
        var root = Folder is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder));
        var full = root is null || path.Contains('\0', StringComparison.Ordinal) ? null : Path.GetFullPath(path, root);
        return full is not null && full.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal) && !HasLink(root!, full) ? full : null;
    }

    private static bool HasLink(string root, string full)
    {
        for (var at = full; at.Length > root.Length; at = Path.GetDirectoryName(at)!)
        {
            if (new FileInfo(at).LinkTarget is not null) { return true; }
        }
        return false;
    }

    internal static bool IsName(string name) => NameForm().IsMatch(name);

    internal static EngineException NoName(string name) =>
        new(EngineErrorKind.BadRequest, $"'{name}' is no name of an adapter; {AdapterLibrary.NameRule}.") { Parameter = "name" };

    internal IReadOnlyList<AdapterFile> Versions(string name)
    {
        var versions = new List<AdapterFile>();
        if (Folder is null) { return versions; }
        if (File.Exists(FileOf(name, 0))) { versions.Add(new AdapterFile(name, 0, FileOf(name, 0))); }
        var several = FolderOf(name);
        foreach (var file in Directory.Exists(several) ? Directory.EnumerateFiles(several, "*" + Ending) : [])
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0) { versions.Add(new AdapterFile(name, version, file)); }
        }
        return versions;
    }

    private static EngineException Refuse(EngineErrorKind kind, string message, string field = "lora") => new(kind, message) { Parameter = field };

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,63}$")]
    private static partial Regex NameForm();
}
