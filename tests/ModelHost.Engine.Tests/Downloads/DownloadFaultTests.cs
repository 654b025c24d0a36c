using System.Collections.Concurrent;
using System.Net;
using Platform.ModelHost.Engine.Models.Downloads;

namespace Platform.ModelHost.Engine.Tests.Downloads;

/// <summary>Downloads that must not arrive, and what is said of them.</summary>
public sealed class DownloadFaultTests
{
    [Fact]
    public async Task A_file_that_is_not_what_the_hub_says_is_deleted()
    {
        await using var room = await DownloadRoom.OpenAsync();
        room.Hub.Hash = new string('0', 64);
        var end = await room.DownloadAsync();
        Assert.Equal((DownloadStatus.Failed, "hash_mismatch"), (end.Status, end.ErrorCode));
        Assert.Empty(room.Parts);
        Assert.False(File.Exists(room.Target));
        room.Hub.Hash = null; // what was said before does not bind what is said now
        Assert.Equal(DownloadStatus.Completed, (await room.DownloadAsync()).Status);
    }

    [Fact]
    public async Task Without_a_hash_of_the_hubs_the_file_is_tried_and_gets_one_of_its_own()
    {
        await using var room = await DownloadRoom.OpenAsync();
        var hash = room.Hub.Hash;
        room.Hub.Hash = null;
        Assert.Equal((DownloadStatus.Completed, hash), ((await room.DownloadAsync()) is var done ? (done.Status, done.Sha256) : default));
    }

    [Fact]
    public async Task What_is_no_model_never_gets_a_name()
    {
        await using var room = await DownloadRoom.OpenAsync();
        (room.Hub.Content, room.Hub.Hash) = ("<html>Sign in first</html>"u8.ToArray(), null);
        var end = await room.DownloadAsync();
        Assert.Equal((DownloadStatus.Failed, "invalid_model"), (end.Status, end.ErrorCode));
        Assert.Empty(room.Parts);
        Assert.Empty(room.Registry.Folder.Files);
    }

    [Fact]
    public async Task What_arrived_whole_and_cannot_be_used_never_gets_a_name_and_is_kept_for_another_try()
    {
        await using var room = await DownloadRoom.OpenAsync();
        room.TryOut = (path, _) => throw new EngineException(EngineErrorKind.InvalidModelFile, $"The model '{room.Registry.Folder.IdOf(path)}' ended it.");
        var end = await room.DownloadAsync();
        Assert.Equal((DownloadStatus.Failed, "invalid_model"), (end.Status, end.ErrorCode));
        Assert.Contains($"'{DownloadRoom.Id}' ended it", end.ErrorMessage, StringComparison.Ordinal);
        Assert.Single(room.Parts);
        Assert.False(File.Exists(room.Target));
        room.TryOut = (_, _) => Task.CompletedTask;
        Assert.Equal(DownloadStatus.Completed, (await room.DownloadAsync()).Status);
        Assert.Equal(["", $"bytes={room.Hub.Content.Length}-"], room.Hub.ContentRequests.Select(r => r.Range)); // nothing came twice
    }

    [Theory]
    [InlineData(404, "not_found")]
    [InlineData(410, "not_found")]
    [InlineData(401, "unauthorized")]
    [InlineData(403, "unauthorized")]
    [InlineData(418, "hub_error")]
    public async Task A_refusal_is_said_and_not_repeated(int status, string code)
    {
        await using var room = await DownloadRoom.OpenAsync();
        room.Hub.Instead = http =>
        {
            http.Response.StatusCode = status;
            return true;
        };
        var end = await room.DownloadAsync();
        Assert.Equal((DownloadStatus.Failed, code), (end.Status, end.ErrorCode));
        Assert.Single(room.Hub.Requests);
    }

    [Theory]
    [InlineData(429, "1", "completed", 2)]
    [InlineData(503, null, "completed", 2)]
    [InlineData(429, "3600", "rate_limited", 1)]
    public async Task A_busy_hub_is_asked_again_when_it_says_unless_that_is_long(int status, string? retryAfter, string outcome, int requests)
    {
        await using var room = await DownloadRoom.OpenAsync();
        var refused = false;
        room.Hub.Instead = http =>
        {
            if (refused) { return false; }
            refused = true;
            http.Response.StatusCode = status;
            if (retryAfter is not null) { http.Response.Headers.RetryAfter = retryAfter; }
            return true;
        };
        var end = await room.DownloadAsync();
        Assert.Equal(outcome, end.ErrorCode ?? end.Status.ToString().ToLowerInvariant());
        Assert.Equal(requests, room.Hub.Requests.Count(r => !r.Path.StartsWith("/content", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Tries_that_bring_nothing_come_to_an_end_and_what_arrived_is_kept()
    {
        await using var room = await DownloadRoom.OpenAsync();
        for (var i = 0; i < 100; i++) { room.Hub.Cuts.Enqueue(1000); }
        var end = await room.DownloadAsync();
        Assert.Equal((DownloadStatus.Failed, "connection_cut"), (end.Status, end.ErrorCode));
        Assert.InRange(end.BytesDone, 0, 1000); // a cut may take the last bytes along
        Assert.Equal(7, room.Hub.ContentRequests.Count());
    }

    [Theory]
    [InlineData("http://elsewhere.example/model.gguf")]
    [InlineData("https://evil-huggingface.co/model.gguf")]
    [InlineData("http://cdn.hf.co/model.gguf")]
    [InlineData("https://cdn.hf.co:8443/model.gguf")]
    [InlineData("https://name:password@cdn.hf.co/model.gguf")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://127.0.0.1:1/model.gguf")]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("//elsewhere.example/x")]
    public async Task A_redirect_to_a_foreign_host_is_refused_fault_35(string location)
    {
        await using var room = await DownloadRoom.OpenAsync();
        room.Hub.Instead = http =>
        {
            http.Response.StatusCode = 302;
            http.Response.Headers.Location = location;
            return true;
        };
        var end = await room.DownloadAsync();
        Assert.Equal((DownloadStatus.Failed, "redirect_refused"), (end.Status, end.ErrorCode));
        Assert.DoesNotContain("password", end.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirects_in_a_circle_come_to_an_end()
    {
        await using var room = await DownloadRoom.OpenAsync();
        room.Hub.Instead = http =>
        {
            http.Response.StatusCode = 307;
            http.Response.Headers.Location = http.Request.Path.ToString();
            return true;
        };
        Assert.Equal("redirect_refused", (await room.DownloadAsync()).ErrorCode);
        Assert.Equal(6, room.Hub.Requests.Count);
    }

    [Fact]
    public async Task The_token_goes_to_the_hub_and_to_no_other_host_fault_39()
    {
        var network = new ScriptedNetwork();
        using var hub = new HubRequests(new Uri("https://hub.example/mirror"), "hf_canary", network, TimeProvider.System);
        using var answer = await hub.OpenAsync(HubSource.Parse(DownloadRoom.Source), 0, null, TestContext.Current.CancellationToken);
        Assert.Equal(["https://hub.example/mirror/owner/repo/resolve/main/Seed-Chat.gguf Bearer hf_canary", "https://cdn-lfs.hf.co/blob?signature=1 "], network.Asked);
        Assert.Equal(new string('a', 64), answer.Sha256); // that the hub named; a content host's word does not count
    }

    [Fact]
    public async Task A_disk_without_room_is_said_before_and_while_it_fills()
    {
        await using var room = await DownloadRoom.OpenAsync();
        room.FreeBytes = () => 130L << 20; // 2 MiB beyond what is kept for the rest
        var end = await room.DownloadAsync();
        Assert.Equal((DownloadStatus.Failed, "no_space", 0L), (end.Status, end.ErrorCode, end.BytesDone));
        var looks = 0;
        room.FreeBytes = () => looks++ == 0 ? 1L << 40 : 0; // enough at first
        room.Hub.Content = [.. room.Hub.Content, .. new byte[80 << 20]];
        room.Hub.Hash = null;
        end = await room.DownloadAsync();
        Assert.Equal((DownloadStatus.Failed, "no_space"), (end.Status, end.ErrorCode));
        Assert.InRange(end.BytesDone, 64L << 20, 70L << 20);
        room.FreeBytes = () => 1L << 40;
        Assert.Equal(DownloadStatus.Completed, (await room.DownloadAsync()).Status); // it went on
        Assert.Equal($"bytes={end.BytesDone}-", room.Hub.ContentRequests.Last().Range);
    }

    [Theory]
    [InlineData("hf:owner/repo/../../x.gguf")]
    [InlineData("hf:../repo/x.gguf")]
    [InlineData("hf:owner/repo/a..b.gguf")]
    [InlineData("hf:owner/.git/x.gguf")]
    [InlineData("hf:owner/repo/.x.gguf")]
    [InlineData("hf:owner/repo/CON.gguf")]
    [InlineData("hf:owner/com1/x.gguf")]
    [InlineData("hf:owner/repo/x.gguf\n")]
    [InlineData("hf:owner/repo/x.gguf\0")]
    [InlineData("hf:owner/repo/x\\y.gguf")]
    [InlineData("hf:owner/repo/ｘ.gguf")]
    [InlineData("hf:owner/repo/x.gguf?download=true")]
    [InlineData("hf:owner/repo/x%2e.gguf")]
    [InlineData("hf:owner/repo/a/b/c/d/x.gguf")]
    [InlineData("hf:owner/repo/x.bin")]
    [InlineData("hf:owner/x.gguf")]
    [InlineData("hf:C:/repo/x.gguf")]
    [InlineData("https://huggingface.co/owner/repo/x.gguf")]
    [InlineData("hf:owner/repo/model-00002-of-00003.gguf")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Names_that_are_no_plain_file_of_a_hub_are_refused_fault_29(string? source)
    {
        await using var room = await DownloadRoom.OpenAsync();
        var refusal = Assert.Throws<EngineException>(() => room.Downloads.Start(source));
        Assert.Equal((EngineErrorKind.BadRequest, "source"), (refusal.Kind, refusal.Parameter));
        Assert.Empty(room.Hub.Requests);
        Assert.Empty(Directory.GetFileSystemEntries(room.Folder));
    }

    /// <summary>A hub that redirects to a content host, which then says too what the hash is.</summary>
    private sealed class ScriptedNetwork : HttpMessageHandler
    {
        internal ConcurrentQueue<string> Asked { get; } = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Enqueue($"{request.RequestUri} {request.Headers.Authorization}");
            var isHub = request.RequestUri!.Host == "hub.example";
            var response = new HttpResponseMessage(isHub ? HttpStatusCode.Found : HttpStatusCode.OK) { Content = new ByteArrayContent([1]) };
            response.Headers.TryAddWithoutValidation("X-Linked-ETag", $"\"{new string(isHub ? 'a' : 'b', 64)}\"");
            if (isHub) { response.Headers.Location = new Uri("https://cdn-lfs.hf.co/blob?signature=1"); }
            return Task.FromResult(response);
        }
    }
}
