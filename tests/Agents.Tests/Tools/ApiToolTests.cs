using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agents.Tools.OpenApi;
using Platform.Agents.Tools.Outbound;
using Platform.Agents.Tools.Settings;
using Platform.Agents.Tools;
using Platform.Retrieval.Access;

namespace Platform.Agents.Tests.Tools;

public sealed class ApiToolTests : IAsyncLifetime
{
    private const string Document = """
        {"openapi":"3.0.3","servers":[{"url":"http://169.254.169.254"}],
         "paths":{
          "/people/{id}":{"parameters":[{"$ref":"#/components/parameters/Id"}],
            "get":{"operationId":"getPerson","summary":"Reads a person.","parameters":[{"name":"fields","in":"query","schema":{"type":"array","items":{"type":"string"}}}]},
            "put":{"operationId":"putPerson","requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Person"}}}}}},
          "/upload":{"post":{"operationId":"upload","requestBody":{"content":{"multipart/form-data":{"schema":{}}}}}},
          "/secret":{"get":{"operationId":"secret","parameters":[{"name":"X-Key","in":"header","required":true,"schema":{}}]}},
          "/nameless/{id}":{"get":{}}},
         "components":{"parameters":{"Id":{"name":"id","in":"path","required":true,"schema":{"type":"string"}}},
          "schemas":{"Person":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"boss":{"$ref":"#/components/schemas/Person"}}}}}}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("api-").FullName;
    private LocalSite site = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "api.json"), Document);
        site = await LocalSite.StartAsync(app =>
        {
            app.MapGet("/v1/people/{id}", (HttpContext context, string id) => Results.Json(new { id, fields = context.Request.Query["fields"].ToArray(), key = context.Request.Headers.Authorization.ToString() }));
            app.MapPut("/v1/people/{id}", async (HttpContext context, string id) => Results.Text(id + await new StreamReader(context.Request.Body).ReadToEndAsync()));
        });
    }

    public async ValueTask DisposeAsync()
    {
        await site.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_operations_of_a_document_become_tools_and_what_cannot_be_called_is_left_out()
    {
        var tools = await ToolsAsync(isPrivate: true);
        Assert.Equal([("shop__getperson", ToolEffects.Network | ToolEffects.Reads), ("shop__putperson", ToolEffects.Network | ToolEffects.Reads | ToolEffects.Writes), ("shop__get_nameless_id", ToolEffects.Network | ToolEffects.Reads)], tools.Select(tool => (tool.Name, tool.Effects)));
        Assert.Equal("Reads a person.", tools[0].Description);
        Assert.True(tools[1].Parameters.GetProperty("properties").GetProperty("body").GetProperty("properties").GetProperty("boss").GetProperty("properties").TryGetProperty("name", out _));
    }

    [Fact]
    public void Operations_without_an_id_are_numbered_where_their_paths_look_alike_and_come_after_those_with_one()
    {
        var document = JsonElement.Parse("""{"paths":{"/用户":{"get":{}},"/订单":{"get":{}},"/a/{id}":{"get":{}},"/A/id":{"get":{}},"/b":{"get":{"operationId":"Get_A-id"}}}}""");
        Assert.Equal(["Get_A-id /b", "get /用户", "get_2 /订单", "get_a_id_2 /a/{id}", "get_A_id_3 /A/id"], ApiOperation.Of(document).Operations.Select(operation => $"{operation.Id} {operation.Path}"));
        var many = string.Concat(Enumerable.Range(0, 100).Select(i => $"\"/n{i}\":{{\"get\":{{}}}},"));
        var (crowded, leftOut) = ApiOperation.Of(JsonElement.Parse("""{"paths":{""" + many + """ "/last":{"get":{"operationId":"last"}}}}"""));
        Assert.Equal((100, "last"), (crowded.Count, crowded[0].Id));
        Assert.Equal(new LeftOutTool("GET /n99", LeftOutBecause.TooMany), Assert.Single(leftOut.Named));
    }

    [Fact]
    public void Ids_that_look_alike_as_names_of_tools_hide_nothing_and_those_of_other_letters_are_named_by_their_paths()
    {
        var document = JsonElement.Parse("""{"paths":{"/a":{"get":{"operationId":"get-person"},"put":{"operationId":"get_person"}},"/b/{id}":{"get":{"operationId":"获取用户","parameters":[{"name":"id","in":"path"}]},"put":{"operationId":"更新用户"}}}}""");
        Assert.Equal(["get-person get_person", "get_person get_person_2", "获取用户 get_b_id", "更新用户 put_b_id"], ApiOperation.Of(document).Operations.Select(operation => $"{operation.Id} {operation.ToolName}"));
    }

    [Fact]
    public void A_form_that_is_no_object_is_left_out_with_why_and_of_many_that_are_the_first_are_named()
    {
        static string Post(string path, string kind, string schema) => $$"""{{JsonSerializer.Serialize(path)}}:{"post":{"requestBody":{"content":{"{{kind}}":{{schema}} } } } }""";
        var (operations, leftOut) = ApiOperation.Of(JsonElement.Parse($$"""
            {"paths":{ {{Post("/list", ApiOperation.Form, """{"schema":{"type":"array"}}""")}}, {{Post("/xml", "application/xml", "{}")}}, {{Post("/form", ApiOperation.Form, "{}")}}, {{Post("/json", "application/json", """{"schema":{"type":"array"}}""")}} } }
            """));
        Assert.Equal([new("POST /list", LeftOutBecause.Body), new("POST /xml", LeftOutBecause.Body)], leftOut.Named);
        Assert.Equal(["/form", "/json"], operations.Select(operation => operation.Path)); // JSON may be a list
        Assert.Equal("object", operations[0].Parameters.GetProperty("properties").GetProperty("body").GetProperty("type").GetString());
        var many = string.Join(',', Enumerable.Range(0, 400).Select(i => $"\"/n{i}\":{{\"get\":{{}}}}"));
        Assert.Equal((100, 300), (ApiOperation.Of(JsonElement.Parse("{\"paths\":{" + many + "}}")).LeftOut.Named.Count, ApiOperation.Of(JsonElement.Parse("{\"paths\":{" + many + "}}")).LeftOut.Count));
    }

    [Theory]
    [InlineData("""[{"url":"https://api.example.org/v1"}]""", null, "https://api.example.org/v1")]
    [InlineData("""[{"url":"/v2"},{"url":"https://other.example.org"}]""", "https://api.example.org/docs/openapi.yaml", "https://api.example.org/v2")]
    [InlineData("""[{"url":"v2"}]""", "https://api.example.org/docs/openapi.yaml", "https://api.example.org/docs/v2")]
    [InlineData("""[{"url":"https://{region}.example.org","variables":{"region":{"default":"eu"}}}]""", null, "https://eu.example.org/")]
    [InlineData("""[{"url":"https://{region}.example.org"}]""", null, null)]
    [InlineData("""[{"url":"/v2"}]""", null, null)]
    [InlineData("""[{"url":"file:///etc/passwd"}]""", "https://api.example.org/", null)]
    [InlineData("[]", "https://api.example.org/", null)]
    public void The_address_that_a_document_names_is_told_where_nobody_gave_one(string servers, string? from, string? address) =>
        Assert.Equal(address, ToolSettingsBook.ServerOf($$"""{"openapi":"3.0.0","servers":{{servers}} }""", from is null ? null : new Uri(from))?.ToString());

    [Fact]
    public async Task A_document_that_names_something_twice_is_refused_and_takes_no_other_tool_with_it()
    {
        const string Twice = """{"openapi":"3.0.0","paths":{"/a":{"post":{"requestBody":{"content":{"application/json":{"schema":{"properties":{"a":{},"a":{}}}}}}}}}}""";
        Assert.Throws<JsonException>(() => ApiDocument.Parse(Twice));
        var file = Path.Combine(folder, "twice.json");
        await File.WriteAllTextAsync(file, Twice, TestContext.Current.CancellationToken);
        ApiOptions Api(string name, string document) => new() { Name = name, Document = Path.Combine(folder, document), Endpoint = new Uri("https://example.org") };
        ToolSettingsBook book = new(new ToolsOptions { Apis = [Api("twice", "twice.json"), Api("shop", "api.json")] }, null, TimeProvider.System, NullLoggerFactory.Instance);
        using OutboundHttp http = new(RefusedNetworks.All);
        using ImportedApis apis = new(book, http, NullLogger<ImportedApis>.Instance);
        Assert.Equal(["shop"], (await apis.ListAsync(TestContext.Current.CancellationToken)).Select(tool => tool.Origin).Distinct());
    }

    [Fact]
    public void What_of_a_document_is_no_tool_is_told_with_why()
    {
        var trial = ToolSettingsBook.Try(new Caller("ana", IsAdministrator: true), new ApiOptions { Name = "shop", Endpoint = new Uri("https://example.org"), Content = Document });
        Assert.Equal([new("upload", LeftOutBecause.Body), new("secret", LeftOutBecause.Parameter)], trial.LeftOut.Named);
        Assert.Equal(3, trial.Tools.Count);
    }

    [Fact]
    public async Task A_call_fills_path_query_and_body_and_sends_the_administrators_header()
    {
        var read = await CallAsync("shop__getperson", """{"id":"a/b ?c","fields":["x","y&z"]}""");
        Assert.False(read.IsError, read.Text);
        Assert.Equal(("a/b ?c", "y&z", "Bearer k"), (read.Data!.Value.GetProperty("id").GetString()?.Replace("%2F", "/", StringComparison.Ordinal), read.Data.Value.GetProperty("fields")[1].GetString(), read.Data.Value.GetProperty("key").GetString()));
        Assert.Equal("""7{"name":"Ana"}""", (await CallAsync("shop__putperson", """{"id":"7","body":{"name":"Ana"}}""")).Text);
    }

    [Theory]
    [InlineData("shop__getperson", """{}""", "\"id\" is missing")]
    [InlineData("shop__getperson", """{"id":".."}""", "no part of a path")]
    [InlineData("shop__putperson", """{"id":"7","body":{"boss":{}}}""", "\"body.name\" is missing")]
    public async Task Wrong_arguments_are_outcomes(string tool, string arguments, string expected)
    {
        var outcome = await CallAsync(tool, arguments);
        Assert.True(outcome.IsError);
        Assert.Contains(expected, outcome.Text, StringComparison.Ordinal);
        Assert.Equal(0, site.Requests);
    }

    [Fact]
    public async Task An_api_inside_the_network_is_refused_unless_it_is_allowed_to_be_there()
    {
        var outcome = await CallAsync("shop__getperson", """{"id":"7"}""", isPrivate: false);
        Assert.Contains("address of this machine or of its own network", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("An administrator who wants shop there", outcome.Text, StringComparison.Ordinal);
        Assert.Equal(0, site.Requests);
    }

    [Fact]
    public async Task A_document_that_is_none_takes_no_other_tool_with_it()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "api.json"), """{"paths":{"/x":{"get":{"operationId":"x","parameters":[{"$ref":"#/a"},{"name":1,"in":2}],"requestBody":{"$ref":"http://elsewhere/"}}}}} trailing""", TestContext.Current.CancellationToken);
        Assert.Empty(await ToolsAsync(isPrivate: true));
        await File.WriteAllTextAsync(Path.Combine(folder, "api.json"), """{"paths":{"/x":{"get":{"operationId":"x","requestBody":{"$ref":"http://elsewhere/"}}},"/y":7}}""", TestContext.Current.CancellationToken);
        Assert.Empty(await ToolsAsync(isPrivate: true));
    }

    private async Task<IReadOnlyList<AgentTool>> ToolsAsync(bool isPrivate)
    {
        using OutboundHttp http = new(RefusedNetworks.All);
        using ImportedApis apis = Apis(http, isPrivate);
        return await apis.ListAsync(TestContext.Current.CancellationToken);
    }

    private async Task<ToolOutcome> CallAsync(string tool, string arguments, bool isPrivate = true)
    {
        using OutboundHttp http = new(RefusedNetworks.All);
        using ImportedApis apis = Apis(http, isPrivate);
        ToolCatalog catalog = new([], [apis], TimeProvider.System, NullLogger<ToolCatalog>.Instance);
        return await catalog.CallAsync(tool, JsonElement.Parse(arguments), new ToolScope(new Caller("ana", false), Guid.NewGuid(), []), TestContext.Current.CancellationToken);
    }

    private ImportedApis Apis(OutboundHttp http, bool isPrivate)
    {
        ApiOptions api = new() { Name = "shop", Document = Path.Combine(folder, "api.json"), Endpoint = new Uri($"http://127.0.0.1:{site.Port}/v1/"), Private = isPrivate };
        api.Headers["Authorization"] = "Bearer k";
        return new(new ToolSettingsBook(new ToolsOptions { Apis = [api] }, null, TimeProvider.System, NullLoggerFactory.Instance), http, NullLogger<ImportedApis>.Instance);
    }
}
