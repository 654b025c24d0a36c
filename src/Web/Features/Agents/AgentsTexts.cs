namespace Platform.Web.Features.Agents;

/// <summary>Names the texts of the agents' pages for the localiser.</summary>
public sealed class AgentsTexts;
