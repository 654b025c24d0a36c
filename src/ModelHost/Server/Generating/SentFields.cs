namespace Platform.ModelHost.Server.Generating;

/// <summary>What the caller called the fields that the engine, or the request that it was made into, calls otherwise: a refusal names what was sent.</summary>
internal static class SentFields
{
    /// <param name="http">The request.</param>
    /// <param name="names">Our name, and the one that was sent; those of null are left out.</param>
    public static void Remember(HttpContext http, params IEnumerable<(string Ours, string? Sent)> names) => http.Items[typeof(SentFields)] = names.Where(name => name.Sent is not null).ToList();

    /// <summary>The problem in the caller's words.</summary>
    public static Problem Named(HttpContext http, Problem problem)
    {
        if (problem.Param is not { } param || http.Items[typeof(SentFields)] is not List<(string Ours, string? Sent)> names || names.Find(name => Is(param, name.Ours)) is not (Ours: { } ours, Sent: { } sent))
        {
            return problem;
        }

        var message = problem.Message.StartsWith(param, StringComparison.Ordinal) ? sent + problem.Message[param.Length..]
            : problem.Message.StartsWith($"'{ours}", StringComparison.Ordinal) ? $"'{sent}{problem.Message[(ours.Length + 1)..]}"
            : problem.Message;
        return problem with { Param = sent, Message = message };
    }

    /// <summary>The field, or a place in it.</summary>
    private static bool Is(string param, string field) => param.StartsWith(field, StringComparison.Ordinal) && (param.Length == field.Length || param[field.Length] is '.' or '[');
}
