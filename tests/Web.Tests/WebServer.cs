using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Platform.Fakes;
using Platform.Retrieval.Access;
using Platform.Web.Features.Account;

namespace Platform.Web.Tests;

/// <summary>The real web server on a port and a data folder of its own; no model host unless the settings ask for one.</summary>
public sealed class WebServer : IAsyncDisposable
{
    public const string AdminEmail = "ada@example.org";
    public const string AdminPassword = "a quiet green morning";

    private readonly string folder;

    private WebServer(WebApplication app, string folder)
    {
        (App, this.folder) = (app, folder);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public WebApplication App { get; }

    public Uri Address { get; }

    /// <summary>With an administrator already made (AdminEmail, AdminPassword).</summary>
    public static Task<WebServer> StartAsync(params string[] settings) =>
        StartEmptyAsync([$"--PLATFORM_ADMIN_EMAIL={AdminEmail}", $"--PLATFORM_ADMIN_PASSWORD={AdminPassword}", .. settings]);

    /// <summary>As it is before set-up.</summary>
    public static async Task<WebServer> StartEmptyAsync(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("web-tests-").FullName;
        // Nothing listens on port 9: the model host is down unless a test says otherwise.
        var app = WebProgram.Build(["--Urls=http://127.0.0.1:0", $"--Data:Directory={folder}", "--ModelHost:Endpoint=http://127.0.0.1:9", "--Logging:LogLevel:Default=None", "--Logging:LogLevel:Microsoft.AspNetCore=None",
            $"--ModelHost:Program={Repository.Program("ModelHost.Server")}", .. settings]);
        try
        {
            await WebProgram.PrepareAsync(app);
            await app.StartAsync(TestContext.Current.CancellationToken);
            return new WebServer(app, folder);
        }
        catch
        {
            await app.DisposeAsync();
            await TestFolders.DeleteAsync(folder);
            throw;
        }
    }

    /// <summary>A browser without a person.</summary>
    public Browser Open() => new(Address);

    /// <summary>A browser with a person signed in.</summary>
    public async Task<Browser> SignInAsync(string email = AdminEmail, string password = AdminPassword)
    {
        var browser = Open();
        using var answer = await browser.SignInAsync(email, password);
        Assert.Equal(System.Net.HttpStatusCode.Redirect, answer.StatusCode);
        return browser;
    }

    /// <summary>The administrator that StartAsync made, as the rooms know them.</summary>
    public async Task<Caller> AdministratorAsync()
    {
        await using var scope = App.Services.CreateAsyncScope();
        var found = await scope.ServiceProvider.GetRequiredService<UserManager<PlatformUser>>().FindByEmailAsync(AdminEmail);
        return new Caller(found!.Id, IsAdministrator: true);
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync(CancellationToken.None); // disposing alone would leave workers that still write into the folder
        await App.DisposeAsync();
        await TestFolders.DeleteAsync(folder);
    }
}
