using Microsoft.Data.Sqlite;
using Platform.Retrieval.Documents;

namespace Platform.Retrieval.Tests.Storage;

public sealed class FolderOwnerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Starting_on_another_database_deletes_no_file_and_the_right_one_clears_up_again()
    {
        DocumentInfo mine = await AddAsync("mine.txt", "My text.");
        string aside = Directory.CreateDirectory(Path.Combine(_folder.Path, "aside")).FullName;
        MoveDatabase(_folder.Data.Databases, aside);

        // An empty database first, then one that names a content of its own here.
        await AddAsync("other.txt", "The other's text.");
        await (await Room.OpenAsync(_folder.Data, working: false)).DisposeAsync();
        Assert.Equal(2, Files(_folder.Data.Files));

        MoveDatabase(_folder.Data.Databases, Directory.CreateDirectory(Path.Combine(_folder.Path, "wrong")).FullName);
        MoveDatabase(aside, _folder.Data.Databases);
        await using Room right = await Room.OpenAsync(_folder.Data, working: false);
        Assert.Equal("My text.", (await right.Documents.ReadTextAsync(Room.Ada, mine.Id, Token)).Text.Trim());
        Assert.Equal((1, 1), (Files(_folder.Data.Files), Files(_folder.Data.Cache)));
    }

    public void Dispose() => _folder.Dispose();

    private static int Files(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length;

    private static void MoveDatabase(string from, string to)
    {
        SqliteConnection.ClearAllPools();
        foreach (string path in Directory.GetFiles(from, "platform.db*"))
        {
            File.Move(path, Path.Combine(to, Path.GetFileName(path)));
        }
    }

    private async Task<DocumentInfo> AddAsync(string name, string text)
    {
        await using Room room = await Room.OpenAsync(_folder.Data);
        return await room.AddReadyAsync(Room.Ada, (await room.NewBaseAsync(Room.Ada)).Id, name, text);
    }
}
