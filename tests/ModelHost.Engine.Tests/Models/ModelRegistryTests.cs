using System.Security.Cryptography;
using System.Text;
using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Engine.Tests.Models;

public sealed class ModelRegistryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("model-registry-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_file_that_is_replaced_while_it_is_hashed_is_known_by_its_own_hash()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There are no leases of files.");
        const string Replaced = "what lies there when it was read";
        var token = TestContext.Current.CancellationToken;
        var (file, next) = (Path.Combine(folder, "one.gguf"), Path.Combine(folder, "next"));
        await File.WriteAllTextAsync(file, "what lay there before", token);
        await File.WriteAllTextAsync(next, Replaced, token);
        await using var registry = new ModelRegistry(new ModelFolder(folder), configured: null);
        Task<string> hashing;
        using (var far = await FarFile.HoldAsync(file, token))
        {
            hashing = Task.Run(() => registry.Hash(file, token), token);
            await far.AskedAsync(token);
            File.Move(next, file, overwrite: true);
        }
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Replaced)));
        Assert.Equal(hash, await hashing.WaitAsync(TimeSpan.FromSeconds(30), token));
        Assert.Equal(hash, registry.KnownHash(file));
    }
}
