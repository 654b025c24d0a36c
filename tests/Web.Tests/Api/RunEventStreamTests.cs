using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Platform.Agents.Conversations;
using Platform.Agents.Runs;
using Platform.Retrieval.Access;
using Platform.Web.Features.Account;

namespace Platform.Web.Tests.Api;

/// <summary>The event stream on the real server: whole, resumed, and closed to others. The model host is down, so the run fails: the most honest of streams.</summary>
public sealed class RunEventStreamTests : IAsyncLifetime
{
    private WebServer server = null!;
    private Browser browser = null!;
    private Guid runId;

    public async ValueTask InitializeAsync()
    {
        var gone = TestContext.Current.CancellationToken;
        server = await WebServer.StartAsync();
        browser = await server.SignInAsync();
        var accounts = server.App.Services.GetRequiredService<AccountDirectory>();
        var admin = (await accounts.ListAsync(new Caller("", IsAdministrator: true), gone)).Single(a => a.Email == WebServer.AdminEmail);
        var caller = new Caller(admin.Id, IsAdministrator: true);
        var conversation = await server.App.Services.GetRequiredService<ConversationLibrary>().CreateAsync(caller, [], gone);
        runId = Guid.NewGuid();
        await server.App.Services.GetRequiredService<RunAgent>().StartAsync(caller, new StartRun(runId, conversation.Id, "How many days?"), gone);
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_is_numbered_from_one_and_ends_with_its_last_event()
    {
        var events = await ReadAsync("");

        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(e => e.Seq));
        Assert.True(events[^1].Name is "done" or "error", events[^1].Name);
        Assert.Single(events, e => e.Name is "done" or "error");
    }

    [Fact]
    public async Task A_stream_goes_on_after_the_number_given_by_header_or_query()
    {
        var whole = await ReadAsync("");

        Assert.Equal(whole.Skip(1), await ReadAsync("?after=1"));
        Assert.Equal(whole.Skip(1), await ReadAsync("", lastEventId: "1"));
        Assert.Equal(whole, await ReadAsync("?after=0", lastEventId: "1"));
        Assert.Empty(await ReadAsync($"?after={whole.Count}"));
    }

    [Fact]
    public async Task What_is_wrong_is_said_before_the_stream_begins()
    {
        using var unknown = await browser.GetAsync($"/v1/runs/{Guid.NewGuid()}/events");
        using var number = await browser.GetAsync($"/v1/runs/{runId}/events?after=x");

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, number.StatusCode);
    }

    private async Task<IReadOnlyList<(int Seq, string Name, string Data)>> ReadAsync(string query, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/v1/runs/{runId}/events{query}", UriKind.Relative));
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }
        using var answer = await browser.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return [.. body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(e => !e.StartsWith(':')).Select(e => e.Split('\n')).Select(e => (int.Parse(e[0][4..], System.Globalization.CultureInfo.InvariantCulture), e[1][7..], e[2]))];
    }
}
