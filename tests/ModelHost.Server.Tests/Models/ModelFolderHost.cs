using Platform.Fakes;

namespace Platform.ModelHost.Server.Tests.Models;

/// <summary>A model folder of its own, and real services that serve it one after the other.</summary>
public sealed class ModelFolderHost : IAsyncDisposable
{
    private ModelHostFixture? _host;

    public string Folder { get; } = Directory.CreateTempSubdirectory("platform-models-").FullName;

    public HttpClient Http => _host!.Http;

    public ModelHostFixture Host => _host!;

    /// <summary>Puts the seed chat model into the folder under another name.</summary>
    public string Add(string name)
    {
        var file = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Copy(ModelHostFixture.ChatModelPath, file);
        return file;
    }

    /// <summary>Starts the service, or another one in its place.</summary>
    public async Task StartAsync(params (string Key, string Value)[] settings)
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _host = await ModelHostFixture.StartAsync([("Engine:ModelDirectory", Folder), .. settings]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await TestFolders.DeleteAsync(Folder);
    }
}
