"""What Amazon Transcribe says, where more than one of the tests' upstreams has to say it."""

UNKNOWN = "The requested job couldn't be found. Check the job name and try your request again."
WORDS_OF_AWS = "arn:aws:iam::123456789012:role/secret-words"


def job(name, **members):
    return {
        "MedicalTranscriptionJobName": name, "TranscriptionJobStatus": "COMPLETED", "CreationTime": 1795500524.671,
        "StartTime": 1795500525.188, "CompletionTime": 1795500535.376,
        "LanguageCode": "en-US", "Specialty": "PRIMARYCARE",
        "Transcript": {"TranscriptFileUri": f"https://s3.us-east-1.amazonaws.com/b/medical/{name}.json"},
    } | members
