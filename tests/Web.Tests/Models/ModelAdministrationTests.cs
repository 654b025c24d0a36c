using System.Reflection;
using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Engines;
using Platform.Web.Features.Models;
using Platform.Web.Host;

namespace Platform.Web.Tests.Models;

public sealed class ModelAdministrationTests
{
    private static readonly MethodInfo[] Ways = [.. typeof(ModelAdministration).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)];

    private static readonly AdminAdapter Nothing = new("none", 1, null, null, null, null, [], AdminAdapterState.Draft, false, false, null, null, null, null, null);

    [Fact]
    public async Task Only_administrators_get_at_the_tools_and_each_time_anew()
    {
        await using var server = await WebServer.StartAsync();
        var person = new SomePerson();
        var administration = ActivatorUtilities.CreateInstance<ModelAdministration>(server.App.Services, new CurrentCaller(person));
        Assert.NotEmpty(Ways);
        foreach (var way in Ways)
        {
            person.Role = Access.User;
            object?[] asked = [.. way.GetParameters().Select(parameter => parameter.ParameterType == typeof(string) ? (object)"none" : Nothing)];
            await Assert.ThrowsAsync<UnauthorizedAccessException>(() => (Task)way.Invoke(administration, asked)!);
            person.Role = Access.Administrator;
            if (asked.Length == 0) // what changes something asks the service, which is not here
            {
                await (Task)way.Invoke(administration, null)!;
            }
        }
    }

    [Fact]
    public void No_page_has_another_way_to_the_tools()
    {
        Type[] tools = [.. typeof(ModelAdmin).Assembly.GetExportedTypes().Where(type => type.Namespace == typeof(ModelAdmin).Namespace && !type.IsValueType)];
        var components = typeof(WebProgram).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IComponent)));
        Assert.All(components, component =>
        {
            var injected = component.GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance).Where(property => property.IsDefined(typeof(InjectAttribute))).Select(property => property.PropertyType);
            var taken = component.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.ParameterType);
            Assert.DoesNotContain(injected.Concat(taken), type => tools.Contains(type) || type == typeof(IChatClient) || type == typeof(ServedEngines));
        });
    }

    private sealed class SomePerson : AuthenticationStateProvider
    {
        internal string Role { get; set; } = "";

        public override Task<AuthenticationState> GetAuthenticationStateAsync() =>
            Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, "someone"), new(ClaimTypes.Role, Role)], "test"))));
    }
}
