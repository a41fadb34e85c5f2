using VtPS;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;

using CliHost host = new();
int code;
try
{
    try
    {
        code = await CommandLine.RunAsync(ArgumentText.Recover(args), host).ConfigureAwait(false);
    }
    finally
    {
        // What was listed before an error is of use, too; and an array is closed.
        host.Output.Flush();
    }
}
catch (VtException e)
{
    host.Errors.Error(e.ErrorId, e.Message);
    code = ExitCode.Of(e.ErrorId);
}
catch (OperationCanceledException) when (host.IsInterrupted)
{
    host.Errors.Note("Interrupted", "A signal ended the run.");
    code = ExitCode.Interrupted;
}
catch (OutputException e)
{
    host.Errors.Note("OutputFailed", e.Message);
    code = ExitCode.Failed;
}
catch (Exception e)
{
    // A fault of vt itself: all there is to know about it, on one line.
    host.Errors.Note("InternalError", e.ToString());
    code = ExitCode.Failed;
}

return code;
