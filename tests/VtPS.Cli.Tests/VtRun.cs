namespace VtPS.Cli.Tests;

/// <summary>What a run of vt gave.</summary>
internal sealed record VtRun(int ExitCode, byte[] OutputBytes, string Error)
{
    public string Output => System.Text.Encoding.UTF8.GetString(OutputBytes);

    /// <summary>The error ids on standard error, in order.</summary>
    public string[] ErrorIds
    {
        get
        {
            List<string> ids = [];
            foreach (string line in Error.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                string[] parts = line.Split(": ", 3);
                ids.Add(parts is ["vt", var id, _] ? id : "?" + line);
            }

            return [.. ids];
        }
    }

    public System.Text.Json.JsonElement Json => System.Text.Json.JsonDocument.Parse(OutputBytes).RootElement;

    public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Error}";
}
