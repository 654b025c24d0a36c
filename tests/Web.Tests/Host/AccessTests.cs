using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Agents.Conversations;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;
using Platform.Web.Host;

namespace Platform.Web.Tests.Host;

/// <summary>Fault 37: each endpoint against nobody, a person, an administrator and another person. An endpoint without a row fails.</summary>
public sealed class AccessTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    /// <summary>Method, pattern, and what {nobody, the owner, an administrator, another person} get. 302 with nobody is the way to the sign-in page.</summary>
    private static readonly AccessRow[] Rows =
    [
        Page("/", "/"),
        Page("/settings", "/settings"),
        Page("/settings/keys", "/settings/keys"),
        Page("/agents/schedules", "/agents/schedules"),
        Page("/chat", "/chat"),
        Page("/chat/{ConversationId:guid}", "/chat/{conversation}"),
        Page("/runs", "/runs"),
        Page("/runs/{RunId:guid}", "/runs/{run}"),
        Page("/runs/{First:guid}/compare/{Second:guid}", "/runs/{run}/compare/{run}"),
        Page("/approvals", "/approvals"),
        Page("/knowledge", "/knowledge"),
        Page("/knowledge/{BaseId:guid}", "/knowledge/{base}"),
        Page("/knowledge/{BaseId:guid}/documents/{DocumentId:guid}", "/knowledge/{base}/documents/{document}"),
        Page("/agents", "/agents"),
        Page("/agents/{AgentId:guid}", "/agents/{agent}"),
        Page("/agents/prompts", "/agents/prompts"),
        Page("/suites", "/suites"),
        Page("/suites/{SuiteId:guid}", "/suites/{agent}"),
        new("GET", "/agents/tools", "/agents/tools", 302, 403, 200, 403),
        new("GET", "/api/agents/{id:guid}/file", "/api/agents/{agent}/file", 401, 200, 200, 404),
        Page("/not-found", "/not-found"),
        new("GET", "/{**path:file}", "/nothing.css", 302, 404, 404, 404),
        Page("/account/password", "/account/password"),
        new("GET", "/admin/users", "/admin/users", 302, 403, 200, 403),
        new("GET", "/admin/models", "/admin/models", 302, 403, 200, 403),
        .. ((string[])["/train", "/train/datasets", "/train/feedback", "/train/jobs", "/train/jobs/new", "/train/jobs/compare", "/train/adapters"]).Select(path => new AccessRow("GET", path, path, 302, 403, 200, 403)),
        new("GET", "/train/datasets/{DatasetId:guid}", "/train/datasets/{base}", 302, 403, 200, 403),
        new("GET", "/train/jobs/{JobId}", "/train/jobs/ftjob-00000000", 302, 403, 200, 403),
        new("GET", "/api/datasets/{id:guid}/rows.jsonl", "/api/datasets/{base}/rows.jsonl", 401, 403, 404, 403),
        new("GET", "/api/datasets/{id:guid}/versions/{number:int}/{part:regex(^(train|held-back)$)}.jsonl", "/api/datasets/{base}/versions/1/train.jsonl", 401, 403, 404, 403),
        new("GET", "/api/adapters/{name}/versions/{version:int}/content", "/api/adapters/legal/versions/1/content", 401, 403, 503, 403),
        new("GET", "/sign-in", "/sign-in", 200, 302, 302, 302),
        new("GET", "/setup", "/setup", 302, 302, 302, 302),
        new("GET", "/status/{Code:int}", "/status/404", 200, 200, 200, 200),
        new("POST", "/account/sign-out", "/account/sign-out", 400, 400, 400, 400),
        new("GET", "/health/live", "/health/live", 200, 200, 200, 200),
        new("GET", "/health/ready", "/health/ready", 503, 503, 503, 503),
        new("POST", "/api/bases/{id:guid}/documents", "/api/bases/{base}/documents?name=b.txt&choice=keep_both", 400, 201, 201, 404, WithToken: true),
        new("GET", "/api/documents/{id:guid}/original", "/api/documents/{document}/original", 401, 200, 200, 404),
        new("GET", "/api/documents/{id:guid}/pages/{page:int}.png", "/api/documents/{pdf}/pages/1.png", 401, 200, 200, 404),
        new("GET", "/api/runs/{id:guid}/export", "/api/runs/{run}/export", 401, 200, 200, 404),
        new("GET", "/v1/runs/{id:guid}/events", "/v1/runs/{run}/events", 401, 200, 404, 404),
        new("GET", "/v1/models", "/v1/models", 401, 503, 503, 503),
        new("GET", "/v1/models/{**id}", "/v1/models/agent:absent", 401, 404, 404, 404),
        .. ((string[])["/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/responses/input_tokens", "/v1/messages", "/v1/messages/count_tokens", "/v1/embeddings", "/v1/rerank", "/v1/runs"]).Select(path => new AccessRow("POST", path, path, 401, 400, 400, 400, WithToken: true)),
        .. ((string[])["/v1/files", "/v1/fine_tuning", "/v1/adapters", "/v1/model_jobs"]).SelectMany(root => (AccessRow[])
        [
            new("GET", root + "/{**rest}", root, 401, 403, 503, 403),
            new("POST", root + "/{**rest}", root, 401, 403, 503, 403, WithToken: true),
            new("DELETE", root + "/{**rest}", root + "/one", 401, 403, 503, 403, WithToken: true),
        ]),
        new("DELETE", "/v1/adapters/{name}/versions/{version:int}", "/v1/adapters/legal/versions/1", 401, 403, 503, 403, WithToken: true),
        new("POST", "/v1/fine_tuning/jobs", "/v1/fine_tuning/jobs", 401, 403, 400, 403, WithToken: true),
        new("POST", "/v1/fine_tuning/forecast", "/v1/fine_tuning/forecast", 401, 403, 400, 403, WithToken: true),
        new("POST", "/v1/adapters/{name}/versions/{version}/promote", "/v1/adapters/legal/versions/1/promote", 401, 403, 400, 403, WithToken: true),
        new("POST", "/v1/adapters/{name}/versions/{version:int}/rollback", "/v1/adapters/legal/versions/1/rollback", 401, 403, 503, 403, WithToken: true),
        new("GET", "/v1/runs", "/v1/runs", 401, 200, 200, 200),
        new("GET", "/v1/runs/{id:guid}", "/v1/runs/{run}", 401, 200, 404, 404),
        new("DELETE", "/v1/runs/{id:guid}", "/v1/runs/{run}", 401, 400, 400, 400),
        new("DELETE", "/v1/threads/{id:guid}", "/v1/threads/{run}", 401, 400, 400, 400),
        new("POST", "/v1/runs/{id:guid}/cancel", "/v1/runs/{run}/cancel", 401, 200, 404, 404, WithToken: true),
        new("POST", "/v1/runs/{id:guid}/fork", "/v1/runs/{run}/fork", 401, 400, 400, 400, WithToken: true),
        new("POST", "/v1/runs/{run:guid}/approvals/{id:guid}", "/v1/runs/{run}/approvals/{run}", 401, 400, 400, 400, WithToken: true),
        new("GET", "/v1/approvals", "/v1/approvals", 401, 200, 200, 200),
        new("GET", "/v1/approvals/{id:guid}", "/v1/approvals/{run}", 401, 404, 404, 404),
        new("POST", "/v1/approvals/{id:guid}", "/v1/approvals/{run}", 401, 400, 400, 400, WithToken: true),
        new("GET", "/v1/schedules", "/v1/schedules", 401, 200, 200, 200),
        new("POST", "/v1/schedules", "/v1/schedules", 401, 400, 400, 400, WithToken: true),
        new("GET", "/v1/schedules/{id:guid}", "/v1/schedules/{run}", 401, 404, 404, 404),
        new("POST", "/v1/schedules/{id:guid}", "/v1/schedules/{run}", 401, 400, 400, 400, WithToken: true),
        new("DELETE", "/v1/schedules/{id:guid}", "/v1/schedules/{run}", 401, 400, 400, 400),
        new("POST", "/v1/schedules/{id:guid}/run", "/v1/schedules/{run}/run", 401, 404, 404, 404, WithToken: true),
        new("GET", "/v1/schedules/{id:guid}/history", "/v1/schedules/{run}/history", 401, 404, 404, 404),
        new("GET", "/v1/memories", "/v1/memories?agent=absent", 401, 404, 404, 404),
        new("POST", "/v1/memories", "/v1/memories", 401, 400, 400, 400, WithToken: true),
        new("POST", "/v1/memories/{id:guid}", "/v1/memories/{run}", 401, 400, 400, 400, WithToken: true),
        new("DELETE", "/v1/memories/{id:guid}", "/v1/memories/{run}", 401, 400, 400, 400),
        new("GET", "/v1/suites", "/v1/suites", 401, 200, 200, 200),
        new("GET", "/v1/suites/{id:guid}", "/v1/suites/{run}", 401, 404, 404, 404),
        new("GET", "/v1/suites/{id:guid}/runs", "/v1/suites/{run}/runs", 401, 404, 404, 404),
        new("POST", "/v1/suites/{id:guid}/runs", "/v1/suites/{run}/runs", 401, 400, 400, 400, WithToken: true),
        new("GET", "/v1/suites/{id:guid}/runs/{run:guid}", "/v1/suites/{run}/runs/{run}", 401, 404, 404, 404),
        new("POST", "/v1/suites/{id:guid}/runs/{run:guid}/cancel", "/v1/suites/{run}/runs/{run}/cancel", 401, 404, 404, 404, WithToken: true),
        new("POST", "/mcp", "/mcp", 401, 400, 400, 400, WithToken: true),
        new("GET", "/mcp", "/mcp", 401, 405, 405, 405),
        new("POST", "/_blazor/negotiate", "/_blazor/negotiate?negotiateVersion=1", 401, 200, 200, 200),
        new("GET", "/_blazor", "/_blazor", 401, 400, 400, 400),
        new("POST", "/_blazor/disconnect/", "/_blazor/disconnect/", 401, 400, 400, 400),
        new("GET", "/_blazor/initializers/", "/_blazor/initializers/", 401, 200, 200, 200),
        new("GET", "/_framework/opaque-redirect", "/_framework/opaque-redirect", 401, 400, 400, 400),
    ];

    [Fact]
    public void Every_endpoint_has_a_row()
    {
        var patterns = Rows.Select(row => Normal(row.Pattern)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var missing = Endpoints().Where(endpoint => endpoint.Metadata.GetMetadata<StaticFile>() is null).Select(endpoint => Normal(endpoint.RoutePattern.RawText ?? "")).Where(pattern => !patterns.Contains(pattern)).Distinct().ToList();
        Assert.True(missing.Count == 0, $"Without a row: {string.Join(", ", missing)}");
        var known = Endpoints().Select(endpoint => Normal(endpoint.RoutePattern.RawText ?? "")).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Assert.All(patterns, pattern => Assert.Contains(pattern, known));
    }

    /// <summary>The pages of /chat/{id} and /knowledge/{id} open for everybody signed in, and are filled by these queries.</summary>
    [Fact]
    public async Task What_the_pages_of_another_person_are_filled_with_does_not_exist()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var services = world.Server.App.Services;
        var (conversations, bases, documents) = (services.GetRequiredService<ConversationLibrary>(), services.GetRequiredService<KnowledgeBases>(), services.GetRequiredService<DocumentLibrary>());
        var (owner, other, administrator) = (world.Caller(Who.Owner), world.Caller(Who.Other), world.Caller(Who.Administrator));

        foreach (var stranger in (Caller[])[other, administrator]) // conversations stay their owner's
        {
            await Assert.ThrowsAsync<NotFoundException>(() => conversations.GetAsync(stranger, world.Owned("conversation"), cancellation));
            await Assert.ThrowsAsync<NotFoundException>(() => conversations.MessagesAsync(stranger, world.Owned("conversation"), cancellation));
        }

        await Assert.ThrowsAsync<NotFoundException>(() => bases.GetAsync(other, world.Owned("base"), cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => documents.ListAsync(other, world.Owned("base"), cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => documents.GetAsync(other, world.Owned("document"), cancellation));
        Assert.NotNull(await conversations.GetAsync(owner, world.Owned("conversation"), cancellation));
        Assert.NotNull(await bases.GetAsync(owner, world.Owned("base"), cancellation));
        Assert.NotNull(await bases.GetAsync(administrator, world.Owned("base"), cancellation));
    }

    [Fact]
    public void Static_files_are_only_read()
    {
        var files = Endpoints().Where(endpoint => endpoint.Metadata.GetMetadata<StaticFile>() is not null).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Equal(["GET", "HEAD"], file.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Order()));
    }

    [Fact]
    public async Task Everybody_gets_what_the_table_says()
    {
        var wrong = new List<string>();
        foreach (var row in Rows)
        {
            foreach (var (who, expected) in row.Expected)
            {
                var status = await world.AskAsync(who, row.Method, row.Path, row.WithToken);
                if (status != expected)
                {
                    wrong.Add($"{row.Method} {row.Path} as {who}: {status}, expected {expected}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("//admin/users")]
    [InlineData("/admin//users")]
    [InlineData("/ADMIN/Users")]
    [InlineData("/admin/users/")]
    [InlineData("/%61dmin/users")]
    [InlineData("/admin%2fusers")]
    [InlineData("/sign-in/../admin/users")]
    [InlineData("/app.css/../admin/users")]
    [InlineData("/sign-in/%2e%2e/admin/users")]
    [InlineData("/health/live/../../admin/users")]
    [InlineData("/admin/users;.css")]
    [InlineData("/admin/users?x=.css")]
    public async Task No_spelling_of_an_address_leads_round_the_sign_in(string path)
    {
        foreach (var who in (Who[])[Who.Nobody, Who.Owner])
        {
            var (status, body) = await world.AskRawAsync(who, path);
            Assert.NotEqual(200, status);
            Assert.DoesNotContain("user-row", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/api/documents/{document}/original")]
    [InlineData("/API/documents/{document}/ORIGINAL/")]
    [InlineData("//api/documents/{document}/original")]
    [InlineData("/api/documents/%7B{document}%7D/original")]
    [InlineData("/x/%2e%2e/api/documents/{document}/original")]
    public async Task No_spelling_of_an_address_gives_another_persons_document(string path)
    {
        foreach (var who in (Who[])[Who.Nobody, Who.Other])
        {
            var (status, body) = await world.AskRawAsync(who, path);
            Assert.NotEqual(200, status);
            Assert.DoesNotContain(AccessWorld.Secret, body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("X-HTTP-Method-Override", "POST")]
    [InlineData("X-Original-URL", "/admin/users")]
    [InlineData("X-Rewrite-URL", "/admin/users")]
    public async Task Headers_change_neither_method_nor_address(string name, string value)
    {
        var (status, body) = await world.AskRawAsync(Who.Nobody, "/sign-in", (name, value));
        Assert.Equal(200, status);
        Assert.Contains("sign-in-submit", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forged_cookie_is_nobodys()
    {
        var (status, _) = await world.AskRawAsync(Who.Nobody, "/settings", ("Cookie", "platform.session=CfDJ8AAAA"));
        Assert.Equal((int)HttpStatusCode.Redirect, status);
    }

    private IEnumerable<RouteEndpoint> Endpoints() => world.Server.App.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    private static AccessRow Page(string pattern, string path) => new("GET", pattern, path, 302, 200, 200, 200);

    private static string Normal(string pattern) => "/" + pattern.Trim('/');
}
