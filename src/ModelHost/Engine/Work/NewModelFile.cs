using System.Text.RegularExpressions;
using Platform.ModelHost.Engine.Files;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Work;

/// <summary>A model that is made of another one: written beside the others in the models' folder, under a name of its own that it gets when it is whole, checked and tried.</summary>
/// <param name="id">The id of the model that it is made of.</param>
/// <param name="source">That model's file.</param>
/// <param name="name">Its own id.</param>
/// <param name="directory">The models' folder.</param>
internal sealed partial class NewModelFile(string id, string source, string name, string directory)
{
    private const string Unfinished = ".jobs", Ending = ".gguf", Card = ".md";
    private const long WorkBytes = 128L << 20;
    private const int BytesPerElement = 12; // as read, as floats, as written

    internal string Source => source;

    /// <summary>The source's id.</summary>
    internal string Id => id;

    internal string Name => name;

    /// <summary>The source's header.</summary>
    internal GgufHeader Header { get; } = Read(id, source);

    /// <summary>Refuses a name that cannot be given.</summary>
    /// <exception cref="EngineException">BadRequest, AlreadyExists; InvalidModelFile: the source cannot be read.</exception>
    internal static NewModelFile Plan(ModelCatalog catalog, EngineOptions options, string source, string? name, string usualEnding)
    {
        var (id, path) = catalog.FileOf(source);
        if (options.ModelDirectory is not { } directory) { throw Refuse("model", "There is no folder for the new model. Set Engine:ModelDirectory."); }
        name = name?.ToLowerInvariant() ?? $"{id}-{usualEnding}";
        if (!NameForm().IsMatch(name)) { throw Refuse("name", $"'{name}' is no name for a model; it must have 1 to 96 of a-z, 0-9, '-', '_' and '.', and begin with a letter or digit."); }
        if (catalog.Has(name) || File.Exists(Path.Combine(directory, name + Ending))) { throw new EngineException(EngineErrorKind.AlreadyExists, $"There is a model '{name}' already. Give another name, or delete it first.") { Parameter = "name" }; }
        return new NewModelFile(id, path, name, directory);
    }

    /// <summary>Memory for work that goes from tensor to tensor.</summary>
    internal IReadOnlyList<MemoryUse> Uses(string owner, string part) => [new MemoryUse(owner, part, WorkBytes + BytesPerElement * Header.Tensors.Max(t => t.Shape.Aggregate(1L, (product, length) => product * length)))];

    /// <exception cref="EngineException">NoSpace.</exception>
    internal void CheckSpace(long bytes, string otherwise)
    {
        Directory.CreateDirectory(directory);
        DiskSpace.Check(directory, bytes, "where the models lie", otherwise);
    }

    /// <summary>Lets it be written, tries it, and puts it in place.</summary>
    /// <param name="write">Writes the file at a path.</param>
    /// <param name="tryOut">Checks it and tries it.</param>
    /// <param name="cancellation">Ends it; nothing is left then.</param>
    /// <returns>Bytes before and after, and the new file's hash.</returns>
    internal async Task<(long Before, long After, string Sha256)> MakeAsync(Func<string, Task> write, ModelTryOut tryOut, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(Path.Combine(directory, Unfinished)).FullName;
        foreach (var left in Directory.EnumerateFiles(folder)) { File.Delete(left); } // of a process that was killed; there is one job at a time
        var part = Path.Combine(folder, name + Ending);
        try
        {
            await write(part);
            var sha256 = await tryOut.TryAsync(part, cancellation);
            var bytes = new FileInfo(part).Length;
            var target = Path.Combine(directory, name);
            if (Path.ChangeExtension(source, Card) is var card && File.Exists(card)) { File.Copy(card, target + Card, overwrite: true); } // what the model may do does not change
            File.Move(part, target + Ending);
            return (Header.FileBytes, bytes, sha256);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static GgufHeader Read(string id, string path)
    {
        try
        {
            return ModelHeader.Read(path);
        }
        catch (Exception fault) when (ModelHeader.IsFault(fault))
        {
            throw ModelHeader.Refusal(id, fault);
        }
    }

    private static EngineException Refuse(string field, string message) => new(EngineErrorKind.BadRequest, message) { Parameter = field };

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,95}$")]
    private static partial Regex NameForm();
}
