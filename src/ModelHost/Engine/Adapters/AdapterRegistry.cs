using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.ModelHost.Engine.Adapters;

/// <summary>An adapter's file in the registry.</summary>
/// <param name="Version">1 and up; 0 for a file without versions.</param>
internal sealed record AdapterFile(string Name, int Version, string Path);

/// <summary>The folder of adapters: name/version.gguf, where the file `production` beside them may hold the version to serve; or name.gguf. Written by others while it is read: a file is put in place by renaming it.</summary>
internal sealed partial class AdapterRegistry(string? folder)
{
    private const string Ending = ".gguf", Production = "production";

    /// <summary>Every version of every adapter, by name and version.</summary>
    internal IReadOnlyList<AdapterFile> All()
    {
        if (folder is null || !Directory.Exists(folder)) { return []; }
        var names = Directory.EnumerateDirectories(folder).Select(Path.GetFileName).Concat(Directory.EnumerateFiles(folder, "*" + Ending).Select(Path.GetFileNameWithoutExtension)).OfType<string>();
        return [.. names.Where(n => NameForm().IsMatch(n)).Distinct(StringComparer.Ordinal).SelectMany(Versions).OrderBy(f => f.Name, StringComparer.Ordinal).ThenBy(f => f.Version)];
    }

    /// <summary>The file of `name` or `name@version`. Without a version the one in production, or else the newest.</summary>
    /// <exception cref="EngineException">Kind ModelNotFound or BadRequest.</exception>
    internal AdapterFile Find(string id)
    {
        var parts = id.Split('@');
        if (parts.Length > 2 || !NameForm().IsMatch(parts[0])) { throw Refuse(EngineErrorKind.BadRequest, $"'{id}' is no adapter id; it must be name or name@version, with a name of a-z, 0-9, '-', '_' and '.'."); }
        var versions = Versions(parts[0]);
        if (versions.Count == 0) { throw Refuse(EngineErrorKind.ModelNotFound, $"There is no adapter '{parts[0]}'. Known: {string.Join(", ", All().Select(f => f.Name).Distinct().DefaultIfEmpty("none"))}."); }
        if (parts.Length == 1) { return InProduction(parts[0], versions) ?? versions.MaxBy(v => v.Version)!; }
        return versions.FirstOrDefault(v => v.Version.ToString(CultureInfo.InvariantCulture) == parts[1])
            ?? throw Refuse(EngineErrorKind.ModelNotFound, $"The adapter '{parts[0]}' has no version '{parts[1]}'. It has {string.Join(", ", versions.Select(v => v.Version).Order())}.");
    }

    private List<AdapterFile> Versions(string name)
    {
        var versions = new List<AdapterFile>();
        if (folder is null) { return versions; }
        var single = Path.Combine(folder, name + Ending);
        if (File.Exists(single)) { versions.Add(new AdapterFile(name, 0, single)); }
        var several = Path.Combine(folder, name);
        foreach (var file in Directory.Exists(several) ? Directory.EnumerateFiles(several, "*" + Ending) : [])
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0) { versions.Add(new AdapterFile(name, version, file)); }
        }
        return versions;
    }

    private AdapterFile? InProduction(string name, List<AdapterFile> versions)
    {
        var mark = Path.Combine(folder!, name, Production);
        return File.Exists(mark) && int.TryParse(File.ReadAllText(mark).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? versions.Find(v => v.Version == version) : null;
    }

    private static EngineException Refuse(EngineErrorKind kind, string message) => new(kind, message) { Parameter = "lora" };

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,63}$")]
    private static partial Regex NameForm();
}
