using System.Net;
using System.Text.RegularExpressions;

namespace Platform.Web.Tests;

/// <summary>What a browser does, without the drawing: cookies, forms with their tokens, no redirect followed unseen.</summary>
public sealed partial class Browser : IDisposable
{
    private readonly HttpClient client;

    public Browser(Uri address)
    {
        client = new HttpClient(new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
    }

    public CookieContainer Cookies { get; } = new();

    public HttpClient Client => client;

    public Task<HttpResponseMessage> GetAsync(string path) => client.GetAsync(new Uri(path, UriKind.RelativeOrAbsolute), TestContext.Current.CancellationToken);

    public async Task<string> ReadAsync(string path)
    {
        using var answer = await GetAsync(path);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Opens a page with a form and posts it, with the hidden fields that the page gave.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string page, params (string Name, string Value)[] fields) => await SubmitAsync(page, await HiddenFieldsAsync(page), fields);

    public async Task<HttpResponseMessage> SubmitAsync(string page, IEnumerable<KeyValuePair<string, string>> hidden, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent([.. hidden, .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
        return await client.PostAsync(new Uri(page, UriKind.Relative), form, TestContext.Current.CancellationToken);
    }

    /// <summary>What a page's form sends beside what a person types.</summary>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> HiddenFieldsAsync(string page) =>
        [.. HiddenField().Matches(await ReadAsync(page)).Select(field => KeyValuePair.Create(field.Groups["name"].Value, field.Groups["value"].Value))];

    public Task<HttpResponseMessage> SignInAsync(string email, string password, string returnUrl = "/settings") =>
        SubmitAsync($"/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}", ("Input.Email", email), ("Input.Password", password));

    public Task<HttpResponseMessage> SetUpAsync(string email, string password, string? again = null) =>
        SubmitAsync("/setup", ("Input.Email", email), ("Input.Password", password), ("Input.PasswordAgain", again ?? password));

    /// <summary>The token that a page's scripts send with a change.</summary>
    public async Task<string> TokenAsync(string page = "/settings") => TokenMeta().Match(await ReadAsync(page)).Groups["value"].Value;

    public void Dispose() => client.Dispose();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\"")]
    private static partial Regex HiddenField();

    [GeneratedRegex("<meta name=\"antiforgery-token\" content=\"(?<value>[^\"]+)\"")]
    private static partial Regex TokenMeta();
}
