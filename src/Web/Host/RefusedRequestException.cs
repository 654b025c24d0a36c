namespace Platform.Web.Host;

/// <summary>A request that an endpoint does not take, with the answer that it gets.</summary>
public sealed class RefusedRequestException(Problem problem) : Exception(problem.Message)
{
    public Problem Problem { get; } = problem;

    /// <summary>A field with a value that is not taken: 400.</summary>
    public static RefusedRequestException Of(string param, string message, string code = "invalid_value") => new(new Problem(400, "invalid_request_error", code, message, Param: param));
}
