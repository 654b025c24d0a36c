namespace Platform.Web.Tests.Host;

/// <summary>Who asks.</summary>
public enum Who { Nobody, Owner, Administrator, Other }

/// <summary>One endpoint and the status that each gets.</summary>
public sealed record AccessRow(string Method, string Pattern, string Path, int Nobody, int Owner, int Administrator, int Other, bool WithToken = false)
{
    public IEnumerable<(Who Who, int Status)> Expected => [(Who.Nobody, Nobody), (Who.Owner, Owner), (Who.Administrator, Administrator), (Who.Other, Other)];
}
