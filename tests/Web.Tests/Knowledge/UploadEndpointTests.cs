using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;

namespace Platform.Web.Tests.Knowledge;

/// <summary>A server that takes files of up to 4 KB, and somebody signed in, for all tests of the class.</summary>
public sealed class SmallFilesServer : IAsyncLifetime
{
    public WebServer Web { get; private set; } = null!;

    public Browser Browser { get; private set; } = null!;

    /// <summary>What the page's scripts send with a change.</summary>
    public string Token { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Web = await WebServer.StartAsync("--Retrieval:MaxFileBytes=4096");
        Browser = await Web.SignInAsync();
        Token = await Browser.TokenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        await Web.DisposeAsync();
    }
}

/// <summary>The upload endpoint on the real server: what it takes, what it refuses, and where names end. A base of its own for each test.</summary>
public sealed class UploadEndpointTests(SmallFilesServer server) : IClassFixture<SmallFilesServer>, IAsyncLifetime
{
    private static readonly Caller System = new("test", IsAdministrator: true);

    private Guid baseId;

    public async ValueTask InitializeAsync() =>
        baseId = (await server.Web.App.Services.GetRequiredService<KnowledgeBases>().CreateAsync(System, $"Base {Guid.NewGuid()}", "", false, TestContext.Current.CancellationToken)).Id;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_raw_body_is_taken_in_under_its_name()
    {
        using var answer = await PostAsync("?name=" + Uri.EscapeDataString("年假 规定.md"), "# Leave\n\nTwenty-five days.");

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("年假 规定.md", Assert.Single(await DocumentsAsync()).Name);
    }

    [Fact]
    public async Task The_first_file_of_a_form_is_taken_in()
    {
        using var form = new MultipartFormDataContent { { new StringContent("x"), "note" }, { new StringContent("# Leave\n\nTwenty-five days."), "file", "leave.md" } };
        using var answer = await SendAsync("", form, server.Token);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("leave.md", Assert.Single(await DocumentsAsync()).Name);
    }

    [Fact]
    public async Task The_same_content_is_asked_about_and_then_kept_skipped_or_replaced()
    {
        using var first = await PostAsync("?name=a.md", "Same words.");
        using var again = await PostAsync("?name=a.md", "Same words.");
        using var skipped = await PostAsync("?name=a.md&choice=skip", "Same words.");

        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Equal("already_exists", await CodeAsync(again));
        Assert.Equal(HttpStatusCode.OK, skipped.StatusCode);
        Assert.Single(await DocumentsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_over_the_limit_is_refused_whether_it_tells_its_length_or_not_fault_27(bool tellsLength)
    {
        using var content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(new string('a', 100_000))));
        using var answer = await SendAsync("?name=a.txt", content, server.Token, chunked: !tellsLength);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("file_too_large", await CodeAsync(answer));
        Assert.Empty(await DocumentsAsync());
    }

    [Fact]
    public async Task A_program_under_a_documents_name_is_refused_fault_28()
    {
        using var answer = await PostAsync("?name=report.pdf", "MZ\u0090\0\u0003\0\0\0\u0004\0\0\0");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Theory]
    [InlineData("", "x")]
    [InlineData("?name=a.md&choice=always", "x")]
    public async Task A_request_without_name_or_with_an_unknown_choice_is_refused(string query, string body)
    {
        using var answer = await PostAsync(query, body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=\"\"")]
    [InlineData("multipart/form-data; ==")]
    [InlineData("multipart/form-data-;;; boundary")]
    public async Task A_form_whose_type_cannot_be_read_is_refused(string type)
    {
        using var content = new StringContent("x");
        content.Headers.Remove("Content-Type");
        Assert.True(content.Headers.TryAddWithoutValidation("Content-Type", type));
        using var answer = await SendAsync("?name=a.md", content, server.Token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(await DocumentsAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("forged")]
    public async Task Nothing_is_taken_without_the_pages_token_fault_38(string? token)
    {
        using var content = new StringContent("x");
        using var answer = await SendAsync("?name=a.md", content, token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(await DocumentsAsync());
    }

    [Theory]
    [InlineData("../../etc/passwd.md")]
    [InlineData("..\\..\\x.md")]
    [InlineData("a/../../b.md")]
    [InlineData("<img src=x onerror=alert(1)>.md")]
    public async Task An_original_comes_back_as_a_harmless_download_whatever_its_name_faults_29_and_36(string name)
    {
        using var made = await PostAsync("?name=" + Uri.EscapeDataString(name), "<script>alert(1)</script> words");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var document = Assert.Single(await DocumentsAsync());

        using var answer = await server.Browser.GetAsync($"/api/documents/{document.Id}/original");

        Assert.Equal("<script>alert(1)</script> words", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
        Assert.DoesNotContain('/', answer.Content.Headers.ContentDisposition?.FileNameStar ?? "");
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Contains("sandbox", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> PostAsync(string query, string body)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return await SendAsync(query, content, server.Token);
    }

    private async Task<HttpResponseMessage> SendAsync(string query, HttpContent content, string? token, bool chunked = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/api/bases/{baseId}/documents{query}", UriKind.Relative)) { Content = content };
        request.Headers.TransferEncodingChunked = chunked;
        if (token is not null)
        {
            request.Headers.Add("RequestVerificationToken", token);
        }
        return await server.Browser.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private Task<IReadOnlyList<DocumentInfo>> DocumentsAsync() => server.Web.App.Services.GetRequiredService<DocumentLibrary>().ListAsync(System, baseId, TestContext.Current.CancellationToken);

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("error").GetProperty("code").GetString();
}
