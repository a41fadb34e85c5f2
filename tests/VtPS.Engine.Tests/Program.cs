using VtPS.Engine.Tests.Faults.Models;

// The tests are run by the test host. Run as a program, this assembly is one process of a model run.
return args is [ModelWorker.Verb, _, _, _, _] ? await ModelWorker.RunAsync(args) : 2;
