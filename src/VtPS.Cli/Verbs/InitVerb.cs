using System.CommandLine;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Cli.Stores;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt init</c>: makes a Store.</summary>
internal static class InitVerb
{
    public static Command Create(CliHost host)
    {
        Command command = new("init", "Make a Store in a folder that is empty or not there yet.");
        StoreOption store = new();
        CreationOptions creation = new();
        Option<bool> json = CommonOptions.Json();
        store.AddTo(command);
        creation.AddTo(command);
        command.Add(json);
        command.SetAction(async (result, _) =>
        {
            VtStore made = await StoreMaker.CreateAsync(creation, result, store.Read(result), host).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                host.Output.Json(made, VtJsonContext.Default.VtStore);
            }
            else
            {
                host.Output.Line($"Made the Store {made.StoreId} in {made.Path} ({made.HashName}, {made.Compression}, chunks of {SizeText.Format(made.AverageBlock)} on average{(made.IsEncrypted ? ", encrypted" : string.Empty)}).");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
