using System.Net.Sockets;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Platform.Agents.Conversations;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Ingest;
using Platform.Web.Features.Account;

namespace Platform.Web.Tests.Host;

/// <summary>A server with an administrator, two people, and what the first of them owns: a base, a document of text and one of pages, a conversation, a run.</summary>
public sealed class AccessWorld : IAsyncLifetime
{
    public const string Secret = "the canary sings at noon";
    private const string Password = "chosen by myself alone";
    private readonly Dictionary<Who, Browser> browsers = [];
    private readonly Dictionary<string, Guid> owned = [];
    private readonly Dictionary<Who, Caller> callers = [];

    public WebServer Server { get; private set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Server = await WebServer.StartAsync();
        browsers[Who.Nobody] = Server.Open();
        browsers[Who.Administrator] = await Server.SignInAsync();
        callers[Who.Administrator] = await Server.AdministratorAsync();
        var owner = await AddAsync(Who.Owner, "owner@example.org");
        await AddAsync(Who.Other, "other@example.org");

        var services = Server.App.Services;
        var @base = await services.GetRequiredService<KnowledgeBases>().CreateAsync(owner, "Mine", "", shared: false, Cancellation);
        using var content = new MemoryStream(Encoding.UTF8.GetBytes($"# Birds\n\nToday {Secret}."));
        var receipt = await services.GetRequiredService<IngestDocument>().AddAsync(owner, @base.Id, "birds.md", content, DuplicateChoice.KeepBoth, Cancellation);
        await using var pages = File.OpenRead(Path.Combine(Repository.Root, "samples", "employee-handbook.pdf"));
        var pdf = await services.GetRequiredService<IngestDocument>().AddAsync(owner, @base.Id, "handbook.pdf", pages, DuplicateChoice.KeepBoth, Cancellation);
        var conversation = await services.GetRequiredService<ConversationLibrary>().CreateAsync(owner, [@base.Id], Cancellation);
        var run = await services.GetRequiredService<RunAgent>().StartAsync(owner, new StartRun(Guid.NewGuid(), conversation.Id, "What sings?"), Cancellation);
        owned["agent"] = (await services.GetRequiredService<AgentLibrary>().CreateAsync(owner, new AgentDefinition { Name = "Mine", Slug = "mine" }, Cancellation)).Id;
        (owned["base"], owned["document"], owned["pdf"], owned["conversation"], owned["run"]) = (@base.Id, receipt.Document!.Id, pdf.Document!.Id, conversation.Id, run.Id);
    }

    public Caller Caller(Who who) => callers[who];

    /// <summary>base, document, pdf, conversation, run or agent.</summary>
    public Guid Owned(string what) => owned[what];

    /// <summary>The status that somebody gets, as a browser opening a page, or as a script below /api, /v1 and /_blazor. Programs' bodies are cut after the status.</summary>
    public async Task<int> AskAsync(Who who, string method, string path, bool withToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Fill(path), UriKind.Relative));
        if (path.StartsWith("/_", StringComparison.Ordinal))
        {
            request.Headers.Accept.ParseAdd("*/*");
        }

        if (method == "POST" && withToken)
        {
            request.Content = new StringContent($"by {who}, {Guid.NewGuid()}");
        }

        if (withToken)
        {
            request.Headers.Add("RequestVerificationToken", who == Who.Nobody ? "none" : await browsers[who].TokenAsync());
        }

        using var answer = await browsers[who].Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        var refused = answer.Headers.Location?.OriginalString.Contains("/status/403", StringComparison.Ordinal) == true;
        return refused ? 403 : (int)answer.StatusCode;
    }

    /// <summary>Sends the address exactly as written: HttpClient would tidy it.</summary>
    public async Task<(int Status, string Body)> AskRawAsync(Who who, string path, params (string Name, string Value)[] headers)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(Server.Address.Host, Server.Address.Port, Cancellation);
        var cookies = browsers[who].Cookies.GetCookieHeader(Server.Address);
        var lines = headers.Append(("Host", Server.Address.Authority)).Append(("Accept", "text/html")).Append(("Connection", "close"));
        lines = cookies.Length > 0 && who != Who.Nobody ? lines.Append(("Cookie", cookies)) : lines;
        var head = $"GET {Fill(path)} HTTP/1.1\r\n{string.Concat(lines.Select(line => $"{line.Item1}: {line.Item2}\r\n"))}\r\n";
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), Cancellation);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(Cancellation);
        return (int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), answer);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var browser in browsers.Values)
        {
            browser.Dispose();
        }

        await Server.DisposeAsync();
    }

    private string Fill(string path) => owned.Aggregate(path, (filled, pair) => filled.Replace($"{{{pair.Key}}}", pair.Value.ToString(), StringComparison.Ordinal));

    private async Task<Caller> AddAsync(Who who, string email)
    {
        var directory = Server.App.Services.GetRequiredService<AccountDirectory>();
        Assert.Empty(await directory.AddAsync(callers[Who.Administrator], email, Password, administrator: false, Cancellation));
        await using var scope = Server.App.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AccountsDatabase>();
        var user = await database.Users.SingleAsync(found => found.Email == email, Cancellation);
        user.MustChangePassword = false;
        await database.SaveChangesAsync(Cancellation);
        browsers[who] = await Server.SignInAsync(email, Password);
        return callers[who] = new Caller(user.Id, IsAdministrator: false);
    }
}
