using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Platform.Retrieval.Access;
using Platform.Web.Host;

namespace Platform.Web.Features.Keys;

/// <summary>What a key opens. Stored by name: append only, and rename none. A person who is signed in has all of them.</summary>
public static class KeyScopes
{
    /// <summary>Chat completions, of models and of agents.</summary>
    public const string Chat = "chat";

    /// <summary>Starting, reading, following, stopping and forking runs; schedules; suites of tests; what agents remember; agents as tools of an MCP client.</summary>
    public const string Runs = "runs";

    /// <summary>Deciding what agents ask their owner about.</summary>
    public const string Approvals = "approvals";

    /// <summary>The list of models and agents.</summary>
    public const string Models = "models";

    /// <summary>Searching and reading documents, and questions about them, by an MCP client.</summary>
    public const string Knowledge = "knowledge";

    /// <summary>Files of rows, fine-tuning jobs and adapters: for administrators.</summary>
    public const string Training = "training";

    private const string PolicyPrefix = "scope:";

    public static IReadOnlyList<string> All { get; } = [Chat, Runs, Approvals, Models, Knowledge, Training];

    /// <summary>Those that somebody may give to a key.</summary>
    public static IEnumerable<string> For(Caller caller) => All.Where(scope => caller.IsAdministrator || scope != Training);

    /// <summary>The authorization policy of endpoints that a scope opens.</summary>
    public static string Policy(string scope) => PolicyPrefix + scope;

    /// <summary>The authorization policy of endpoints that any key opens, and that look at its scopes themselves.</summary>
    public const string AnyPolicy = PolicyPrefix + "any";

    /// <summary>Whether an endpoint with this policy opens to keys.</summary>
    internal static bool IsPolicy(string policy) => policy.StartsWith(PolicyPrefix, StringComparison.Ordinal);

    /// <summary>Whether somebody came by a key, and not by a sign-in.</summary>
    public static bool IsKey(ClaimsPrincipal user) => user.HasClaim(claim => claim.Type == KeyAuthentication.KeyClaim);

    /// <summary>Whether who came may use a scope.</summary>
    public static bool Allows(ClaimsPrincipal user, string scope) => !IsKey(user) || user.HasClaim(KeyAuthentication.ScopeClaim, scope);

    internal static void AddPolicies(AuthorizationBuilder policies)
    {
        policies.AddPolicy(AnyPolicy, policy => policy.RequireAuthenticatedUser());
        foreach (var scope in All)
        {
            policies.AddPolicy(Policy(scope), policy => policy.RequireAuthenticatedUser().RequireAssertion(context =>
                Allows(context.User, scope) && (scope != Training || context.User.IsInRole(Access.Administrator))));
        }
    }
}
