using System.Text.Json;
using Platform.ModelHost.Engine.Adapters;

namespace Platform.ModelHost.Engine.Tests.Adapters;

/// <summary>What is known of an adapter's versions is never written in a way in which it cannot be read.</summary>
public sealed class AdapterBookTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("adapter-book-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_an_upload_left_goes_and_what_is_being_uploaded_stays()
    {
        var name = Directory.CreateDirectory(Path.Combine(folder, "legal")).FullName;
        var (left, fresh, version) = (Path.Combine(name, ".1.part"), Path.Combine(name, ".2.part"), Path.Combine(name, "1.gguf"));
        foreach (var file in new[] { left, fresh, version }) { File.WriteAllText(file, ""); }
        var now = DateTimeOffset.UnixEpoch.AddYears(60);
        foreach (var file in new[] { left, version }) { File.SetLastWriteTimeUtc(file, now.AddHours(-2).UtcDateTime); }
        File.SetLastWriteTimeUtc(fresh, now.UtcDateTime);
        new AdapterRegistry(folder).DropParts(now.AddHours(-1));
        Assert.Equal([fresh, version], Directory.GetFiles(name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_name_alone_never_means_a_draft()
    {
        AdapterFile[] files = [new("legal", 1, ""), new("legal", 2, ""), new("legal", 3, "")];
        AdapterNote draft = new() { State = AdapterState.Draft };
        var book = new AdapterBook().With(1, draft).With(2, draft).With(3, draft);
        Assert.Null(AdapterRegistry.Served(files, book));
        Assert.Equal(2, AdapterRegistry.Served(files, book.With(2, new AdapterNote()))!.Version);
        Assert.Equal(1, AdapterRegistry.Served(files, book.With(2, new AdapterNote()).Promote(1))!.Version);
    }

    [Fact]
    public async Task Measures_that_several_tell_at_once_are_all_kept()
    {
        RandomAdapter.Write(Path.Combine(folder, "legal", "1.gguf"), seed: 1);
        await using var engine = await SeedModels.StartAsync(new EngineOptions { EmbeddingModel = SeedModels.EmbedFile, AdapterDirectory = folder });
        await Task.WhenAll(Enumerable.Range(0, 16).Select(part => Task.Run(() => engine.AdapterLibrary.ChangeMetrics("legal", 1, known =>
        {
            var parts = known?.Deserialize<Dictionary<string, int>>() ?? [];
            parts[$"part {part}"] = part;
            return JsonSerializer.SerializeToElement(parts);
        }))));
        Assert.Equal(Enumerable.Range(0, 16), engine.AdapterLibrary.Find("legal", 1).Metrics!.Value.Deserialize<Dictionary<string, int>>()!.Values.Order());
    }

    [Theory]
    [InlineData(1, 1_000_000)]
    [InlineData(62, 0)]
    public void What_could_not_be_read_again_is_refused_and_the_old_book_stays(int depth, int characters)
    {
        new AdapterBook().With(1, new AdapterNote()).Write(folder);
        var json = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + $"\"{new string('é', characters)}\"" + new string('}', depth);
        var note = new AdapterNote { Metrics = JsonDocument.Parse(json).RootElement };
        var refusal = Assert.Throws<EngineException>(() => AdapterBook.Read(folder).With(2, note).Write(folder));
        Assert.Equal(EngineErrorKind.BadRequest, refusal.Kind);
        Assert.Equal([1], AdapterBook.Read(folder).Versions.Keys);
        Assert.Single(Directory.GetFiles(folder));
    }
}
