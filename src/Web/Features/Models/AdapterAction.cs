namespace Platform.Web.Features.Models;

/// <summary>What can be done with a version of an adapter.</summary>
public enum AdapterAction { Promote, RollBack, Delete }
