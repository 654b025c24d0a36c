namespace Platform.EndToEnd.Tests;

/// <summary>`--model hf:…` against a hub on this machine that speaks the same protocol: redirects, ranges, hashes, cut connections.</summary>
public sealed class ModelDownloadTests
{
    private const string Name = "hf:owner/repo/seed-chat.gguf";

    [Fact]
    public async Task A_download_that_was_cut_goes_on_where_it_stopped()
    {
        await using var hub = new LocalHub { CutAfter = 1_000_000 };
        var folder = Directory.CreateTempSubdirectory("e2e-hub-").FullName;
        var (code, error) = await AskAsync(hub, folder);
        Assert.True(code == 0, error);
        Assert.Contains("(100 %)", error, StringComparison.Ordinal);
        Assert.InRange(hub.LastRangeFrom, 1, 1_000_000);
        Assert.Equal(LocalHub.Model, await File.ReadAllBytesAsync(Path.Combine(folder, "models", "owner", "repo", "seed-chat.gguf"), TestContext.Current.CancellationToken));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_file_whose_hash_is_not_the_hubs_is_deleted()
    {
        await using var hub = new LocalHub { Hash = new string('0', 64) };
        var folder = Directory.CreateTempSubdirectory("e2e-hub-").FullName;
        var (code, error) = await AskAsync(hub, folder);
        Assert.Equal(1, code);
        Assert.Contains("SHA-256", error, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(folder, "models"), "*", SearchOption.AllDirectories), file => file.EndsWith(".gguf", StringComparison.Ordinal) || file.EndsWith(".part", StringComparison.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_redirect_to_a_foreign_host_is_refused()
    {
        await using var hub = new LocalHub { RedirectTo = "http://elsewhere.example/model.gguf" };
        var folder = Directory.CreateTempSubdirectory("e2e-hub-").FullName;
        var (code, error) = await AskAsync(hub, folder);
        Assert.Equal(1, code);
        Assert.Contains("elsewhere.example", error, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<(int Code, string Error)> AskAsync(LocalHub hub, string data)
    {
        var docs = Directory.CreateTempSubdirectory("e2e-docs-").FullName;
        await File.WriteAllTextAsync(Path.Combine(docs, "note.md"), "The lamp is green.", TestContext.Current.CancellationToken);
        var (code, _, error) = await TerminalTests.RunAsync([("HF_ENDPOINT", hub.Address)], "ask", "--docs", docs, "--data", data, "--model", Name, "What colour is the lamp?");
        Directory.Delete(docs, recursive: true);
        return (code, error);
    }
}
